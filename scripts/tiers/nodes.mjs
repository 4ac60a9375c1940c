// What the nodes tier needs: a binary of every Node that hermes promises to run on, and @oclif/core 5 for a plugin.
import {cannotHaveNodes, ensureNodes} from '../lab/nodes.mjs'
import {oclif5} from '../lab/oclif-5.mjs'
import {timed} from '../lib/process.mjs'

export const nodesNeeds = () => (cannotHaveNodes() ? [] : ['s6-svscan'])

export async function prepareNodes({signal}) {
  const [nodes, core] = await timed('Node binaries, @oclif/core 5', () => Promise.all([ensureNodes({signal}), oclif5({signal})]))
  const environment = {HERMES_TEST_NODES: nodes.join(':'), HERMES_TEST_OCLIF_5: core}
  return {environment, stop: async () => []}
}
