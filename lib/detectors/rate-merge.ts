import type { ClippedMomentsJson } from '../stats/clipped-moments'
import type { SeasonJson } from '../stats/season'
import type { RateBaselineJson } from './rate-baseline'
import type { RateViewJson } from './rate-view'

/** Streams that ended within so many buckets of each other are both of now. */
const NOW = 30

/** The time that a stream was watched, in buckets since the epoch: from the first up to the one after the last. */
export interface RateSpan { readonly from: number, readonly to: number }

/** Of the time that either of two streams was watched, the shares in which only ours was, both were, only theirs was; and which of them is of now. */
export interface RateShares { readonly ours: number, readonly both: number, readonly theirs: number, readonly isOursNow: boolean, readonly isTheirsNow: boolean }

export function sharesOf (ours: RateSpan, theirs: RateSpan): RateShares {
  const both = Math.max(0, Math.min(ours.to, theirs.to) - Math.max(ours.from, theirs.from))
  const all = Math.max(1, ours.to - ours.from + theirs.to - theirs.from - both)
  return {
    ours: (ours.to - ours.from - both) / all,
    both: both / all,
    theirs: (theirs.to - theirs.from - both) / all,
    isOursNow: ours.to >= theirs.to - NOW,
    isTheirsNow: theirs.to >= ours.to - NOW
  }
}

/**
 * Mean and variance of the amounts of two streams together, as if one had counted both: where both were watched amounts add, and so do the variances of independent
 * streams; times in which only one was watched are part of a longer stream. Exact where the two were watched at the same time or one after the other, and levels were steady.
 */
export function mergeMoments (ours: ClippedMomentsJson, theirs: ClippedMomentsJson, shares: RateShares): ClippedMomentsJson {
  if (ours.n === 0 || theirs.n === 0) return ours.n === 0 ? theirs : ours
  const parts = [
    [shares.ours, ours.mean, ours.variance],
    [shares.both, ours.mean + theirs.mean, ours.variance + theirs.variance],
    [shares.theirs, theirs.mean, theirs.variance]
  ] as const
  let mean = 0
  let square = 0
  for (const [share, level, variance] of parts) {
    mean += share * level
    square += share * (variance + level * level)
  }
  return { n: Math.round((ours.n + theirs.n) / (1 + shares.both)), mean, variance: Math.max(0, square - mean * mean) }
}

/** The same of what is known of now: the sum where both are of now, else that of the one that is. */
function mergeRecent (ours: ClippedMomentsJson, theirs: ClippedMomentsJson, shares: RateShares): ClippedMomentsJson {
  if (shares.isOursNow && shares.isTheirsNow && shares.both > 0) return { ...mergeMoments(ours, theirs, { ...shares, ours: 0, both: 1, theirs: 0 }), n: Math.max(ours.n, theirs.n) }
  return shares.isOursNow && ours.n > 0 ? ours : theirs
}

/** The hours' means, each weighed by how long it was seen. */
export function mergeSeasons (ours: SeasonJson | null, theirs: SeasonJson | null, { both }: RateShares): SeasonJson | null {
  if (ours === null || theirs === null) return ours ?? theirs
  if (ours.length !== theirs.length) throw new RangeError('not a season')
  const merged = [...ours]
  const half = ours.length / 2
  for (let hour = 0; hour < half; hour++) {
    const [mean, other] = [ours[hour] as number, theirs[hour] as number]
    const [seen, otherSeen] = [ours[half + hour] as number, theirs[half + hour] as number]
    if (otherSeen === 0) continue
    const joined = seen === 0 ? other : both * (mean + other) + (1 - both) * (mean * seen + other * otherSeen) / (seen + otherSeen)
    merged[hour] = joined
    merged[half + hour] = seen === 0 ? otherSeen : both * Math.max(seen, otherSeen) + (1 - both) * (seen + otherSeen)
  }
  return merged
}

/** Two baselines as one. How rare distances are (tails, precedents) is told in standard deviations: that of the one that has learned more holds. */
export function mergeBaselines (ours: RateBaselineJson, theirs: RateBaselineJson, shares: RateShares): RateBaselineJson {
  const more = ours.buckets >= theirs.buckets ? ours : theirs
  const view = (of: RateViewJson, moments: ClippedMomentsJson): RateViewJson => ({ ...of, moments })
  return {
    buckets: Math.round((ours.buckets + theirs.buckets) / (1 + shares.both)),
    isCount: ours.isCount && theirs.isCount,
    recent: view(more.recent, mergeRecent(ours.recent.moments, theirs.recent.moments, shares)),
    lasting: view(more.lasting, mergeMoments(ours.lasting.moments, theirs.lasting.moments, shares)),
    seasonal: mergeMoments(ours.seasonal, theirs.seasonal, shares),
    season: mergeSeasons(ours.season, theirs.season, shares)
  }
}
