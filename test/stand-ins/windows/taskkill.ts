import {killAll, tree} from './jobs.js'

/** taskkill.exe /T /F /PID: 128 when there is no such process. */
export async function main(): Promise<void> {
  const [t, f, flag, pid] = process.argv.slice(2)
  if (t !== '/T' || f !== '/F' || flag !== '/PID' || !/^\d+$/.test(pid ?? '')) process.exit(1)
  const victims = tree(Number(pid))
  killAll(victims)
  process.exit(victims.length === 0 ? 128 : 0)
}
