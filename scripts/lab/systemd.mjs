// A booted systemd of our own.
import {bootMachine, cannotBoot as cannot} from './machine.mjs'

/** Lingers, as whoever uses gateways without logging in must. */
export const USER = {home: '/home/lab', name: 'lab', uid: 4242}

const SYSTEMD = {
  name: 'systemd',
  init: '/sbin/init',
  off: ['systemctl', 'poweroff'],
  prepare: `if [ ! -d "$root${USER.home}" ]; then
  chroot "$root" useradd --create-home --uid ${USER.uid} --user-group ${USER.name}
  chroot "$root" useradd --create-home --uid 4243 --user-group other
  mkdir -p "$root/var/lib/systemd/linger" "$root/var/log/journal"
  touch "$root/var/lib/systemd/linger/${USER.name}"
fi`,
  async isUp(inside) {
    const {stdout} = await inside('systemctl', 'is-system-running')
    const user = await inside('test', '-S', `/run/user/${USER.uid}/systemd/private`)
    return /^(?:running|degraded)/.test(stdout) && user.code === 0
  },
}

/** Why there can be no lab here, or undefined. */
export const cannotBoot = () => cannot('a systemd')

export const bootSystemd = (tree, mounts) => bootMachine(SYSTEMD, tree, mounts)
