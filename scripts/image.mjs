// `npm run image [-- --tag NAME]…`: builds the container image of this checkout in the Docker engine that `docker` talks to.
import {readFileSync} from 'node:fs'
import {join} from 'node:path'
import {parseArgs} from 'node:util'

import {buildImage} from './lab/image.mjs'
import {reachableEngine} from './lab/engine.mjs'
import {root} from './lib/process.mjs'
import {setUp} from './setup.mjs'

function wantedTags() {
  try {
    const {values} = parseArgs({options: {tag: {multiple: true, short: 't', type: 'string'}}})
    const {version} = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    return values.tag ?? [`hermes:${version}`, 'hermes:latest']
  } catch (error) {
    console.error(`${error.message}\nUsage: npm run image [-- --tag NAME]`)
    process.exit(2)
  }
}

const tags = wantedTags()
const engine = await reachableEngine()
if (!engine) {
  console.error(
    'No Docker engine answers. Install one (on Debian or Ubuntu: sudo apt-get install docker.io; elsewhere Docker Desktop,\n' +
      'Colima or Podman with its Docker socket), start it, and see that `docker version` shows a Server.',
  )
  process.exit(1)
}

setUp([])
try {
  await buildImage(engine.docker, tags)
  const {stdout} = await engine.docker.must('asking for its size', 'image', 'inspect', '--format', '{{.Size}}', tags[0])
  console.log(`\nBuilt ${tags.join(' and ')} (${Math.round(Number(stdout) / 1e6)} MB).`)
  console.log(`Run it: docker run -d --name hermes -v hermes-data:/opt/data ${tags[0]}`)
} catch (error) {
  console.error(`image: ${error.message}`)
  process.exitCode = 1
}
