/** A JA4 fingerprint of a TLS client: protocol, version, counts (decimal) and ALPN, then hashes of ciphers and of extensions. */
const JA4 = /^[tqd][0-9sd][0-9][di][0-9]{4}[0-9a-z]{2}_[0-9a-f]{12}_[0-9a-f]{12}$/
const LENGTH = 36
/** Where the hash of the ciphers begins and ends. */
const CIPHERS = 11
const CIPHERS_END = 23
/** What the hash of nothing is, and what stands for no extensions. */
const HASH_OF_NOTHING = 'e3b0c44298fc'
const NO_EXTENSIONS = '000000000000'

/** A JA4 as it is compared; `''` where a text is none. A hello without extensions has zeros for their hash, whoever computed it. */
export function ja4Of (text: string): string {
  if (text.length !== LENGTH) return ''
  const lower = text.toLowerCase()
  if (!JA4.test(lower)) return ''
  return lower.endsWith(HASH_OF_NOTHING) ? lower.slice(0, -NO_EXTENSIONS.length) + NO_EXTENSIONS : lower
}

/**
 * What stays of a JA4 when a client resumes a session, is asked without a name, or offers other protocols: the transport and the hash of its ciphers.
 * Chromium's four values are two families, one over TCP and one over QUIC.
 *
 * Source: FoxIO, "JA4+ Network Fingerprinting" (JA4 is BSD-3-Clause), where resumption adds an extension, and QUIC has its own ciphers.
 */
export function ja4Family (ja4: string): string { return ja4.charAt(0) + ja4.slice(CIPHERS, CIPHERS_END) }
