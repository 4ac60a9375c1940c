/** A process of its own: config.yaml on stdin, a ParsedConfig as JSON on stdout. */
import {readFileSync} from 'node:fs'

import {parseConfig} from '../../profile/config-schema.js'

process.stdout.write(JSON.stringify(parseConfig(readFileSync(0, 'utf8'))))
