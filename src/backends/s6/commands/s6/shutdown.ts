import {TreeCommand} from '../../command.js'
import {shutdown, type ShutDown} from '../../tree.js'

export default class Shutdown extends TreeCommand {
  static override description = 'Stops every gateway in it first. What is meant to run stays so: the next boot brings it back.'
  static override examples = ['<%= config.bin %> <%= command.id %>']
  static override summary = 'End the supervision tree that "s6 boot" started'

  async run(): Promise<ShutDown> {
    await this.parse(Shutdown)
    const result = await this.told(shutdown(this.host()))
    this.log(result.was_up ? `The tree in ${result.scandir} has ended.` : `No tree runs in ${result.scandir}.`)
    return result
  }
}
