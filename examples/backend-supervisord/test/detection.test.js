// Questions of files only.
import {realHost} from '@hermes-cli/service-manager/conformance'
import assert from 'node:assert/strict'
import {describe, it} from 'node:test'

import backend from '../dist/index.js'
import {readIni} from '../dist/ini.js'

describe('detection says what is missing', () => {
  const conf = {
    include: '[include]\nfiles = other.ini conf.d/*.conf\n',
    pidfile: '[supervisord]\npidfile=/run/s.pid ; its pid\n',
    socket: '[unix_http_server]\nfile=/run/s.sock\n',
  }
  const host = (texts, uid = 0) => ({
    ...realHost({environment: {}, home: '/root/.hermes'}),
    readText: (path) =>
      ({'/proc/77/cmdline': 'python3\0/usr/bin/supervisord\0', '/proc/77/status': 'Uid:\t0\t0\t0\t0\n', '/run/s.pid': '77\n', ...texts})[
        path
      ],
    uid,
  })
  const at = '/etc/supervisor/supervisord.conf'
  const all = conf.include + conf.pidfile + conf.socket
  const rows = {
    'no configuration': [host({}), /there is no .*supervisord\.conf/],
    'no socket': [host({[at]: conf.include + conf.pidfile}), /no \[unix_http_server\]/],
    'no directory of programs': [host({[at]: conf.pidfile + conf.socket}), /includes no files/],
    'no process': [host({[at]: all, '/proc/77/cmdline': 'sh\0'}), /no supervisord runs/],
    'no pid file': [host({[at]: conf.include + conf.socket}), /no supervisord runs/],
    'a socket for another user': [host({[at]: all}, 1000), /listens to user 0 only/],
    nothing: [host({[at]: all}), /a supervisord runs with /, true],
    'nothing for a group': [host({[at]: `${all}chmod=0770\n`}, 1000), /a supervisord runs with /, true],
  }
  for (const [what, [one, because, usable = false]] of Object.entries(rows)) {
    it(what, () => {
      const found = backend.detect(one)
      assert.match(found.because, because)
      assert.equal(found.usable, usable)
    })
  }

  it('reads what Python reads', () => {
    assert.deepEqual(readIni('; no\n[a] ; x\nK = v ;c\nl: w;w\nm =\n  1\n  2 # c\n#n=1\n[b]\nh=%(here)s/%%x\ne=%(ENV_X)s\n', '/d'), {
      a: {k: 'v', l: 'w;w', m: '\n1\n2'},
      b: {h: '/d/%x'},
    })
  })
})
