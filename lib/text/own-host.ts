/**
 * What a URL in `Origin` or `Referer` says beyond the host that its request is for; `null` in other headers, and where it names another host. A browser
 * writes both: that an application inside has a private address is nothing that its customers send. Allocates; only for texts that would alarm.
 * @param header Name of the header, in any case.
 * @param rawHeaders Names and values in turn.
 */
export function beyondOwnHost (header: string, url: string, rawHeaders: readonly string[]): string | null {
  const name = header.toLowerCase()
  if (name !== 'origin' && name !== 'referer') return null
  const host = hostIn(rawHeaders)
  const from = url.indexOf('://') + 3
  if (host === null || from < 3 || !SCHEMES.includes(url.slice(0, from)) || !url.startsWith(host, from)) return null
  const rest = url.slice(from + host.length)
  return rest === '' || rest.startsWith('/') ? rest : null
}

const SCHEMES: readonly string[] = ['http://', 'https://']

function hostIn (rawHeaders: readonly string[]): string | null {
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = (rawHeaders[i] as string).toLowerCase()
    if (name === 'host' || name === ':authority') return rawHeaders[i + 1] as string
  }
  return null
}
