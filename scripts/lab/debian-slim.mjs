// Makes a fresh debootstrap tree what the official `-slim` image is: its configuration, and nothing it leaves out.
import {chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {dirname, join} from 'node:path'

const EXCLUDED = ['doc', 'groff', 'info', 'linda', 'lintian/overrides', 'locale', 'man']
const INCLUDED = ['/usr/share/doc/*/copyright', '/usr/share/locale/locale.alias']

const clean = 'rm -f /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/*.deb /var/cache/apt/*.bin || true'

const source = (uri, suites) => `Types: deb
URIs: ${uri}
Suites: ${suites}
Components: main
Signed-By: /usr/share/keyrings/debian-archive-keyring.gpg
`

/** Security updates lie beside the archive, where its name says what it is. */
const sources = (mirror, suite) =>
  [
    source(mirror, `${suite} ${suite}-updates`),
    ...(mirror.endsWith('/debian') ? [source(`${mirror}-security`, `${suite}-security`)] : []),
  ].join('\n')

/** Path in the image -> its text. */
const files = (mirror, suite) => ({
  'etc/apt/apt.conf.d/docker-autoremove-suggests': 'Apt::AutoRemove::SuggestsImportant "false";\n',
  'etc/apt/apt.conf.d/docker-clean': `DPkg::Post-Invoke { "${clean}"; };
APT::Update::Post-Invoke { "${clean}"; };
Dir::Cache::pkgcache "";
Dir::Cache::srcpkgcache "";
`,
  'etc/apt/apt.conf.d/docker-gzip-indexes': 'Acquire::GzipIndexes "true";\n',
  'etc/apt/apt.conf.d/docker-no-languages': 'Acquire::Languages "none";\n',
  'etc/apt/sources.list.d/debian.sources': sources(mirror, suite),
  'etc/dpkg/dpkg.cfg.d/docker': [
    ...EXCLUDED.map((name) => `path-exclude /usr/share/${name}/*`),
    ...INCLUDED.map((path) => `path-include ${path}`),
    '',
  ].join('\n'),
  'etc/dpkg/dpkg.cfg.d/docker-apt-speedup': 'force-unsafe-io\n',
  'etc/machine-id': '',
  'usr/sbin/policy-rc.d': '#!/bin/sh\n# Services are not started while packages are installed.\nexit 101\n',
})

/** Everything in the directory that dpkg would not have unpacked. Returns whether anything is left. */
function exclude(directory, path) {
  for (const entry of readdirSync(directory, {withFileTypes: true})) {
    const inside = join(directory, entry.name)
    const kept = entry.name === (path.endsWith('/doc') ? 'copyright' : 'locale.alias')
    if (entry.isDirectory() ? !exclude(inside, path) : !kept) rmSync(inside, {recursive: true})
  }

  return readdirSync(directory).length > 0
}

export function slim(tree, suite) {
  // Where debootstrap took it from.
  const mirror = /^deb (\S+?)\/? /m.exec(readFileSync(join(tree, 'etc/apt/sources.list'), 'utf8'))[1]
  for (const name of EXCLUDED) {
    const directory = join(tree, 'usr/share', name)
    if (existsSync(directory)) exclude(directory, directory)
  }

  const gone = ['etc/apt/sources.list', 'etc/hostname', 'etc/resolv.conf', 'var/cache/ldconfig/aux-cache', 'var/log/apt']
  for (const path of gone) rmSync(join(tree, path), {force: true, recursive: true})
  for (const [directory, pattern] of [
    ['var/cache/apt', /\.bin$/],
    ['var/cache/apt/archives', /\.deb$/],
    ['var/cache/debconf', /-old$/],
    ['var/lib/apt/lists', /./],
    ['var/lib/dpkg', /-old$/],
    ['var/log', /\.log$/],
  ]) {
    const names = readdirSync(join(tree, directory)).filter((name) => pattern.test(name))
    for (const name of names) rmSync(join(tree, directory, name), {recursive: true})
  }

  for (const [path, text] of Object.entries(files(mirror, suite))) {
    mkdirSync(dirname(join(tree, path)), {recursive: true})
    writeFileSync(join(tree, path), text)
    chmodSync(join(tree, path), path.startsWith('usr/sbin/') ? 0o755 : 0o644)
  }
}
