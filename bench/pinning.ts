import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { availableParallelism } from 'node:os'

const SERVER_CORE = '0'
const LOAD_CORE = '1'

/** Whether processes can be bound to a core here: `taskset` is there, and there is a core for the server and one for the load. */
export const canPin = availableParallelism() > 1 && spawnSync('taskset', ['--version']).status === 0

/** Binds this process, which makes the load, to its own core. */
export function pinLoad (): void {
  if (canPin) spawnSync('taskset', ['-a', '-c', '-p', LOAD_CORE, String(process.pid)])
}

/** Starts a Node process with an IPC channel on the server's core. It ends with its parent: the child exits on `disconnect`. */
export function startPinned (script: string, args: readonly string[], nodeOptions: readonly string[]): ChildProcess {
  const command = [process.execPath, ...nodeOptions, script, ...args]
  const pinned = canPin ? ['taskset', '-c', SERVER_CORE, ...command] : command
  return spawn(pinned[0]!, pinned.slice(1), { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
}
