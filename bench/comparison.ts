import type { Rounds } from './paired-rounds'
import { mean, quartiles } from './statistics'
import type { Quartiles } from './statistics'
import type { Variant } from './variants'

/** What one variant cost, in CPU microseconds of the server process per request, and how that compares. */
export interface Comparison {
  variant: string
  about: string
  routes: number
  against: string[]
  cpu: Quartiles
  /** Of the ratios of all rounds of all pairs of processes. */
  ratio: Quartiles
  /** The median ratio in each pair of processes: their spread is what chance layout and compilation do. */
  ratioByPair: number[]
  added: Quartiles
  /** All its rounds together through all of the other's: rare collections of garbage count here, and outliers too. */
  totalRatio: number
}

/** Compares a variant with those it names, round by round: only numbers of the same round of the same processes meet. */
export function compare (variant: Variant, pairs: readonly Rounds[]): Comparison {
  const { name, about, routes, against } = variant
  const own = pairs.map((rounds) => rounds.get(name)!)
  const others = pairs.map((rounds) => meanOf(against.map((other) => rounds.get(other)!)))
  const ratios = own.map((numbers, pair) => numbers.map((cpu, round) => cpu / others[pair]![round]!))
  const added = own.map((numbers, pair) => numbers.map((cpu, round) => cpu - others[pair]![round]!))
  return {
    variant: name,
    about,
    routes,
    against,
    cpu: quartiles(own.flat()),
    ratio: quartiles(ratios.flat()),
    ratioByPair: ratios.map((numbers) => quartiles(numbers).median),
    added: quartiles(added.flat()),
    totalRatio: mean(own.flat()) / mean(others.flat())
  }
}

/** Means, element by element. */
function meanOf (lists: readonly number[][]): number[] {
  return lists[0]!.map((_, index) => mean(lists.map((list) => list[index]!)))
}
