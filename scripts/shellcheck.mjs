// `shellcheck` over every shell script of the repository, whatever its name.
import {spawnSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {join} from 'node:path'

import {root} from './lib/process.mjs'

const {stdout} = spawnSync('git', ['ls-files', '-z'], {cwd: root, encoding: 'utf8'})
const scripts = stdout.split('\0').filter((path) => {
  if (!path || path.endsWith('.ts') || path.endsWith('.mjs') || path.endsWith('.md')) return false
  return /^#(?:!\/bin\/(?:ba)?sh| shellcheck shell=)/.test(readFileSync(join(root, path), 'utf8'))
})

// SC1090, SC1091: what the image's scripts source has its place in the image. SC2015 and SC2016: meant as they stand.
const {status} = spawnSync('shellcheck', ['--exclude=SC1090,SC1091,SC2015,SC2016', ...scripts], {cwd: root, stdio: 'inherit'})

// The attendant is written into definitions, and so is no file: words that are to be split, functions that traps call.
const {SCRIPT} = await import('../src/service-manager/dist/attendant/script.js')
const inline = ['--shell=sh', '--exclude=SC2015,SC2016,SC2046,SC2086,SC2317', '-']
const attendant = spawnSync('shellcheck', inline, {cwd: root, input: SCRIPT, stdio: ['pipe', 'inherit', 'inherit']})
if (scripts.length === 0) console.error('shellcheck: there is no script to look at')
process.exitCode = scripts.length === 0 ? 1 : (status ?? 1) || (attendant.status ?? 1)
