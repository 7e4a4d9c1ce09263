import { SECRET_KINDS } from '../../lib/text/secret-scan'
import type { SecretKind } from '../../lib/text/secret-scan'
import type { OptionTable } from '../options'

/** Options about what flows: sizes, bandwidth, sensitive data in replies. */
export interface FlowOptions {
  /**
   * Senders (users, credentials, sessions, client addresses) whose flow and behaviour is followed at a time.
   * @default 8192
   */
  senders?: number
  /**
   * Time over which volumes, pages and objects of one sender are counted.
   * @default '10 minutes'
   */
  window?: number | string
  /**
   * Time from which on what a sender does again is another occasion; three make a habit, which is silent.
   * @default '1 hour'
   */
  habitAfter?: number | string
  /**
   * Bytes of a request or reply that are never oversized.
   * @default 100000
   */
  sizeFloor?: number
  /**
   * Bytes of one sender within a minute that are never a bandwidth spike.
   * @default 5000000
   */
  bandwidthFloor?: number
  /**
   * Bytes of one sender and direction within `window` that are never exfiltration or upload.
   * @default 5000000
   */
  volumeFloor?: number
  /**
   * What is looked for in replies; `false` looks for nothing.
   * @default true
   */
  dlp?: boolean | SecretKind[]
  /**
   * Bytes of a reply that are looked at.
   * @default 16384
   */
  dlpBytes?: number
}

export const flowOptions: OptionTable = {
  senders: { isShared: true, type: 'integer', minimum: 8, maximum: 1_000_000, default: 8192, description: 'senders (users, credentials, sessions, client addresses) whose flow and behaviour is followed at a time' },
  window: { isDuration: true, default: '10 minutes', description: 'time over which volumes, pages and objects of one sender are counted' },
  habitAfter: { isDuration: true, default: '1 hour', description: 'time from which on what a sender does again is another occasion; three make a habit, which is silent' },
  sizeFloor: { isShared: true, type: 'number', minimum: 1, default: 100_000, description: 'bytes of a request or reply that are never oversized' },
  bandwidthFloor: { isShared: true, type: 'number', minimum: 1, default: 5_000_000, description: 'bytes of one sender within a minute that are never a bandwidth spike' },
  volumeFloor: { isShared: true, type: 'number', minimum: 1, default: 5_000_000, description: 'bytes of one sender and direction within `window` that are never exfiltration or upload' },
  dlp: { anyOf: [{ type: 'boolean' }, { type: 'array', items: { enum: [...SECRET_KINDS] }, uniqueItems: true }], default: true, description: 'what is looked for in replies: all of `card`, `iban`, `national_id`, `cloud_key`, `token`, `jwt`, `private_key`, or those listed; `false` looks for nothing' },
  dlpBytes: { isShared: true, type: 'integer', minimum: 64, maximum: 1_000_000, default: 16_384, description: 'bytes of a reply that are looked at' }
}
