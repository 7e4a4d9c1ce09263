/** Names of pages where one logs in, compared without case, `_`, `-` and the ending of a file. */
const LOGIN_PAGES: readonly string[] = ['login', 'signin', 'logon']
/** Members of a reply that say whether somebody got in. */
const SUCCESS: readonly string[] = ['success', 'ok', 'authenticated']
const FAILED: readonly unknown[] = ['error', 'fail', 'failed', 'failure']
/** What asks for a password. */
const ASKS: readonly string[] = ['type="password"', 'type=\'password\'', 'type=password']
/** Longer ones are not looked at: a refusal is short. */
const MAX_LOCATION = 4096
const MAX_JSON = 4096
const MAX_PAGE = 65_536

/** Whether a redirection leads to the path that it comes from: a form that is shown again. */
export function leadsBack (location: string, url: string): boolean {
  return location.length <= MAX_LOCATION && pathOf(pathnameOf(location)) === pathOf(url)
}

/**
 * Whether a redirection after a password leads to a page where one logs in, of the same site, or says that there was an error: where the form and what it is sent to have
 * paths of their own.
 *
 * Source: RFC 6749, section 4.1.2.1 (the parameter `error`).
 * @param host The `Host` of the request. A page of another host is another matter: where somebody is known by another site, one is sent there first.
 */
export function leadsToLogin (location: string, host: string | undefined): boolean {
  if (location.length > MAX_LOCATION) return false
  const isOwn = !URL.canParse(location) || new URL(location).host === host?.toLowerCase()
  const name = (/([^/]*)\/?$/.exec(pathOf(pathnameOf(location)))?.[1] ?? '').replace(/\.[a-z]{1,5}$/i, '')
  if (isOwn && LOGIN_PAGES.includes(name.toLowerCase().replace(/[_-]/g, ''))) return true
  return /[?&]error(?:[=&#]|$)/.test(location)
}

/**
 * Whether what is sent says, in spite of a status of success, that nobody got in: JSON with an error, or with `success`, `ok` or `authenticated` that is `false`; or a page
 * that asks for the password again. Streams and what is long say nothing.
 *
 * Time: that of parsing 4 kB, or of looking through 64 kB.
 */
export function refusesLogin (payload: unknown): boolean {
  if (typeof payload !== 'string') return false
  const first = payload.trimStart().charAt(0)
  if (first === '{') return payload.length <= MAX_JSON && isRefusal(payload)
  if (first !== '<') return false
  const page = payload.slice(0, MAX_PAGE).toLowerCase()
  return ASKS.some((input) => page.includes(input))
}

function isRefusal (text: string): boolean {
  let reply: Record<string, unknown>
  try {
    reply = JSON.parse(text)
  } catch {
    return false
  }
  return saysSomething(reply.error) || saysSomething(reply.errors) || SUCCESS.some((name) => reply[name] === false) || FAILED.includes(reply.status)
}

function saysSomething (error: unknown): boolean {
  if (typeof error !== 'object' || error === null) return Boolean(error)
  return Object.keys(error).length > 0
}

function pathnameOf (location: string): string {
  return location.startsWith('/') || !URL.canParse(location) ? location : new URL(location).pathname
}

function pathOf (url: string): string {
  const end = url.search(/[?#]/)
  return end < 0 ? url : url.slice(0, end)
}
