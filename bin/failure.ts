/** Something the person at the command line has to put right: told in one line, exit code 2. */
export class Failure extends Error {}

/** The reason an error gives, in one line. */
export function reasonOf (error: unknown): string {
  const text = error instanceof Error ? error.message : String(error)
  return text.split('\n', 1)[0] ?? ''
}
