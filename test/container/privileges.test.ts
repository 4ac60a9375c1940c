import {expect} from 'chai'

import type {Container} from '../support/container.js'

import {ownedByRoot} from '../support/canaries.js'
import {containers} from '../support/containers.js'

/** The tools that root's scripts use, as the service user would like them: they say who runs them, and do their work. No `sh`: the engine itself runs that for these tests. */
const IMPOSTORS = `mkdir -p /opt/data/bin && cd /opt/data/bin
for tool in id stat chown chmod chgrp sed cat ls rm mkdir mkfifo cp ln find env tr grep dirname true node setpriv hostname \\
  s6-svc s6-svstat s6-setlock s6-supervise s6-applyuidgid s6-svscanctl s6-svscan s6-log redirfd background; do
  printf '#!/bin/bash\\necho "$EUID %s" >>/opt/data/ran\\nPATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/command exec %s "$@"\\n' $tool $tool >$tool
  chmod 0755 $tool
done`

const EVIL_PLUGIN = `cd /opt/data && mkdir -p .local/share/hermes evil/hooks && cd evil
echo '{"name":"evil","version":"1.0.0","type":"module","oclif":{"hooks":{"init":"./hooks/init.js"}}}' >package.json
echo 'export default async function () { console.error("plugin of user " + process.getuid()) }' >hooks/init.js
echo 'console.error("preload of user " + process.getuid())' >preload.cjs
echo '{"private":true,"dependencies":{},"oclif":{"schema":1,"plugins":[{"type":"link","name":"evil","root":"/opt/data/evil"}]}}' \\
  >/opt/data/.local/share/hermes/package.json`

const asUser = {user: '10000'}

describe('what the service user has no power over', function () {
  this.timeout(120_000)
  const {run, volume} = containers()
  let container: Container

  before(async () => {
    container = await run({command: ['sleep', 'infinity']})
  })

  it('no program of the image makes it root, and it can write where that is meant, nowhere else', async () => {
    const {stdout: setuid} = await container.sh('find / -xdev -type f -perm /6000', {user: '0'})
    expect(setuid).to.equal('')
    const {stdout} = await container.sh(
      String.raw`find / -xdev \( -path /proc -o -path /opt/data -o -path /run/service \) -prune -o ! -type l -writable ! -type c -print 2>/dev/null`,
      asUser,
    )
    const meant = ['/run/lock', '/run/user/10000', '/tmp', '/var/tmp']
    expect(stdout.split('\n').filter((path) => path !== '' && !path.startsWith('/dev/') && !meant.includes(path))).to.deep.equal([])
  })

  it('it cannot signal, trace or look into what root runs', async () => {
    const tried = await container.sh(
      `for process in /proc/[0-9]*; do
        [ "$(stat -c %u $process 2>/dev/null)" = 0 ] || continue
        pid=\${process#/proc/}
        ! kill -0 $pid 2>/dev/null && ! ls $process/fd >/dev/null 2>&1 && ! cat $process/environ >/dev/null 2>&1 || echo "$pid $(cat $process/comm)"
        echo tried
      done`,
      asUser,
    )
    expect(tried.stdout).to.match(/^(?:tried\n)+$/)
  })

  it('the command of the container gets no open file of root', async () => {
    const {stdout} = await container.sh(
      `for process in /proc/[0-9]*; do [ "$(stat -c %u $process 2>/dev/null)" = 10000 ] && ls -l $process/fd 2>/dev/null; done | sed -n 's/.* -> //p' | grep ^/run/s6`,
      asUser,
    )
    expect(stdout).to.equal('')
  })

  it('killing all it has, itself included, leaves the container up, and its gateways come back', async () => {
    await container.hermes('gateway', 'start')
    await container.sh('kill -9 -1', asUser)
    // Its command was one of them: with that the container ends.
    expect(await container.waitExit()).to.equal(137)
    await container.start()
    const alone = await run()
    await alone.hermes('gateway', 'start')
    await alone.sh('kill -9 -1', asUser)
    await alone.waitFor('the gateway again', async () => (await alone.hermes('gateway', 'status')).code === 0)
    expect(await ownedByRoot(alone)).to.deep.equal([])
  })

  it('locks on all it can open keep the container neither from ending nor from starting', async () => {
    const idle = await run()
    // A lock to read is enough to be in the way of one to write.
    await idle.sh(
      `find /run/s6 /etc/s6 -type f -readable 2>/dev/null | while read -r file; do setsid s6-setlock -r -n "$file" sleep 1000 >/dev/null 2>&1 & done; sleep 1`,
      asUser,
    )
    await idle.restart({seconds: 15})
    const {State: state} = await idle.inspect()
    expect(state.ExitCode).to.equal(0)
    const began = Date.now()
    await idle.sh(
      `setsid sh -c 'trap "" TERM; sleep 1000' >/dev/null 2>&1 & for file in $(find /run/s6 -type f -readable); do setsid s6-setlock -r -n $file sleep 1000 >/dev/null 2>&1 & done; sleep 0.5`,
      asUser,
    )
    await idle.stop({seconds: 15})
    expect(Date.now() - began).to.be.lessThan(10_000)
    expect((await idle.inspect()).State.ExitCode).to.equal(0)
  })

  it('its directory first in PATH, with programs named like the tools of root: root runs none of them', async () => {
    const home = await volume()
    const path = '/opt/data/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/command'
    const fooled = await run({env: {HERMES_UID: '10000', PATH: path}, volume: home})
    await fooled.sh(IMPOSTORS, asUser)
    await fooled.restart()
    await fooled.exec(['/usr/local/bin/hermes', 'gateway', 'list'])
    await fooled.exec(['/usr/local/bin/hermes', 'gateway', 'list'], {env: {HERMES_DOCKER_EXEC_AS_ROOT: '1'}})
    await fooled.exec(['/usr/local/bin/hermes', 'gateway', 'list'], {env: {PATH: `:${path}`}})
    await fooled.stop()
    await fooled.start()
    const {stdout} = await fooled.exec(['/bin/cat', '/opt/data/ran'])
    expect(stdout).to.match(/^10000 /m)
    expect(stdout).not.to.match(/^0 /m)
  })

  it('its plugins and preloads are loaded by itself, and never by root', async () => {
    await container.sh(EVIL_PLUGIN, asUser)
    expect((await container.hermes('gateway', 'list')).stderr).to.contain('plugin of user 10000')
    const asRoot = {HERMES_DOCKER_EXEC_AS_ROOT: '1'}
    const traps: Array<Record<string, string>> = [
      {},
      {HOME: '/opt/data'},
      {XDG_DATA_HOME: '/opt/data/.local/share'},
      {HERMES_DATA_DIR: '/opt/data/.local/share/hermes'},
      {NODE_OPTIONS: '--require=/opt/data/evil/preload.cjs'},
      {PATH: ''},
    ]
    for (const env of traps) {
      const {stderr} = await container.exec(['/usr/local/bin/hermes', 'gateway', 'list'], {env: {...asRoot, ...env}})
      expect(stderr, JSON.stringify(env)).not.to.match(/of user 0/)
      const {stderr: dropped} = await container.exec(['/usr/local/bin/hermes', 'gateway', 'list'], {env})
      expect(dropped, JSON.stringify(env))
        .to.match(/of user 10000/)
        .and.not.match(/of user 0/)
    }
  })
})
