import type {Container} from './container.js'

/** Where root's own things are: a volume beside /opt/data, root's home, the image. Docker itself writes three files in /etc. */
const LOOK = String.raw`
places='/canary /root /etc /usr/local /usr/libexec /opt/hermes /opt/data/roots /opt/data/roots.d'
find $places ! -path /etc/hosts ! -path /etc/hostname ! -path /etc/resolv.conf -printf '%p %y %m %U:%G %n %s %T@ %l\n' 2>/dev/null | sort
find /canary /root /etc /opt/data/roots /opt/data/roots.d -type f ! -path /etc/hosts ! -path /etc/hostname ! -path /etc/resolv.conf \
  -exec sha256sum {} + 2>/dev/null | sort`

const MAKE = `umask 022
for place in /canary /root/canary /etc/canary; do
  mkdir -p $place/directory/below
  for file in $place/file $place/directory/current $place/directory/below/status; do echo canary >$file; done
  echo secret >$place/secret && chmod 0600 $place/secret
done
`

/** Root's files that nothing may change. /canary must be a volume of its own. */
export const makeCanaries = (container: Container): Promise<unknown> => container.sh(MAKE, {user: '0'})

/** Every name, type, mode, owner, number of links, size and time, and what is in the files. */
export async function fingerprint(container: Container): Promise<string[]> {
  const {stderr, stdout} = await container.sh(LOOK, {user: '0'})
  const lines = stdout.split('\n')
  if (lines.length < 100) throw new Error(`the canaries cannot be seen: ${stdout}${stderr}`)
  return lines
}

/** What root has where the service user may write. The mount points themselves are not meant. */
export async function ownedByRoot(container: Container): Promise<string[]> {
  const places = '/opt/data /run/service /run/user /run/lock /tmp /var/tmp /dev/shm'
  const {stdout} = await container.sh(`find ${places} -mindepth 1 -uid 0 ! -path '/opt/data/roots*' ! -path /run/user/10000 2>/dev/null`, {
    user: '0',
  })
  return stdout.split('\n').filter(Boolean)
}
