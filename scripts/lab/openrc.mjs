// A booted OpenRC of our own.
import {bootMachine, cannotBoot as cannot} from './machine.mjs'

const OPENRC = {
  name: 'OpenRC',
  init: '/sbin/openrc-init',
  off: ['openrc-shutdown', '--poweroff', 'now'],
  // What looks after clocks, kernel settings and old control groups has nothing to do here.
  prepare: `rm -f "$root"/etc/runlevels/sysinit/*
grep -q ^lab: "$root/etc/passwd" || chroot "$root" useradd --create-home --uid 4242 --user-group lab`,
  isUp: async (inside) =>
    (await inside('sh', '-c', '[ "$(cat /run/openrc/softlevel)" = default ] && [ ! -e /run/openrc/rc.starting ]')).code === 0,
}

/** Why there can be no lab here, or undefined. */
export const cannotBoot = () => cannot('an OpenRC')

export const bootOpenrc = (tree, mounts) => bootMachine(OPENRC, tree, mounts)
