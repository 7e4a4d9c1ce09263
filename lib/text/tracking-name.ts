/**
 * Names of query parameters that advertisers, mail programs and social networks add to any link: they come from outside the
 * application, at any time, and mean nothing to it.
 */
const NAMES: ReadonlySet<string> = new Set([
  'gclid', 'gclsrc', 'gbraid', 'wbraid', 'gad_source', 'gad_campaignid', 'dclid', 'srsltid', '_ga', '_gl', 'fbclid', 'fb_action_ids', 'fb_source', 'msclkid', 'yclid', 'ymclid',
  'ysclid', 'ttclid', 'twclid', 'li_fat_id', 'igshid', 'igsh', 'epik', 'sccid', 'rdt_cid', 'irclickid', 'vero_id', 'mc_cid', 'mc_eid', 'mkt_tok', '_hsenc', '_hsmi', '_openstat',
  'oly_anon_id', 'oly_enc_id', 's_kwcid', 'wickedid', 'cvid', 'oicd', '_branch_match_id', 'ml_subscriber', 'ml_subscriber_hash', 'trk_contact', 'sc_cid', 'spm', 'share_id'
])
const LONGEST_VALUE = 512

/** Whether anybody's link may carry a parameter of this name. */
export function isTrackingName (name: string): boolean {
  return NAMES.has(name) || name.startsWith('utm_')
}

/** Whether a value looks like an identifier: letters, digits, `-`, `_`, `.` and `~`, at most 512 of them. */
export function isIdentifier (value: unknown): boolean {
  if (typeof value !== 'string' || value.length > LONGEST_VALUE) return false
  for (let i = 0; i < value.length; i++) {
    const code = value.charCodeAt(i)
    const isFine = (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || (code >= 48 && code <= 57) || code === 45 || code === 46 || code === 95 || code === 126
    if (!isFine) return false
  }
  return true
}
