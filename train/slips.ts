import type { SeededRandom } from './random'

const ROWS = ['qwertyuiop[]\\', 'asdfghjkl;\'', 'zxcvbnm,./', '1234567890-=', '!@#$%^&*()_+']

/** What a cat on a keyboard types. */
export function mash (random: SeededRandom): string {
  let text = ''
  for (let i = 0, n = 4 + random.below(40); i < n; i++) {
    const key = random.pick(ROWS[random.chance(0.8) ? random.below(3) : random.below(5)] as string)
    text += random.chance(0.15) ? key.repeat(1 + random.below(12)) : key
  }
  return random.chance(0.4) ? text.toUpperCase() : text
}

/** Slips of the finger: signs put in, doubled or left out. */
export function scatter (random: SeededRandom, text: string): string {
  let result = text
  for (let i = 0, n = 1 + random.below(3); i < n; i++) {
    const at = random.below(result.length + 1)
    result = result.slice(0, at) + random.pick('\'""\'()[]{};:,.&-|=<>/*#@!?+~`\\^%$_ ') + result.slice(random.chance(0.3) ? at + 1 : at)
  }
  return result
}
