import type { NameValue } from './entry'
import type { Random } from './random'

/** What a header list depends on besides the client itself. */
export interface Sending {
  method: string
  /** navigate: a page is opened; form: a form is posted; fetch: script; asset: style sheet, script, image. */
  mode: 'navigate' | 'form' | 'fetch' | 'asset'
  host: string
  /** '' for none. */
  referer: string
  isCrossSite: boolean
  contentType: string
  contentLength: number
  cookie: string
  authorization: string
  etag: string
  /** What the application itself adds: tokens, keys, identifiers. */
  own: [name: string, value: string][]
}

/** Constant for one installation of a client program. */
export interface Agent {
  family: string
  userAgent: string
  /** Accept-Language as this program writes it. */
  language: string
  compose: (agent: Agent, sending: Sending) => NameValue[]
  /** Client hints: the brand list and platform. */
  brands: string
  platform: string
  isMobile: boolean
  doNotTrack: boolean
  isForm: boolean
}

class HeaderList {
  readonly list: NameValue[] = []
  add (name: string, value: string): this { this.list.push({ name, value }); return this }
  /** Adds the header where there is a value. */
  some (name: string, value: string): this { return value === '' ? this : this.add(name, value) }
  body (sending: Sending): this {
    if (sending.contentType !== '') this.add('Content-Type', sending.contentType)
    if (sending.contentLength > 0 || (sending.method !== 'GET' && sending.method !== 'HEAD' && sending.method !== 'DELETE')) this.add('Content-Length', String(sending.contentLength))
    return this
  }

  own (sending: Sending): this {
    for (const [name, value] of sending.own) this.add(name, value)
    return this
  }
}

const pageAccept = 'text/html,application/xhtml+xml,application/xml;q=0.9,'

function chromium (agent: Agent, sending: Sending): NameValue[] {
  const headers = new HeaderList().add('Host', sending.host).add('Connection', 'keep-alive')
  const opens = sending.mode === 'navigate' || sending.mode === 'form'
  if (sending.contentType !== '' || sending.method !== 'GET') headers.add('Content-Length', String(sending.contentLength))
  if (opens) {
    if (sending.mode === 'form') headers.add('Cache-Control', 'max-age=0')
    headers.add('sec-ch-ua', agent.brands).add('sec-ch-ua-mobile', agent.isMobile ? '?1' : '?0').add('sec-ch-ua-platform', agent.platform)
    if (sending.mode === 'form') headers.add('Origin', `https://${sending.host}`).add('Content-Type', sending.contentType)
    headers.add('Upgrade-Insecure-Requests', '1').add('User-Agent', agent.userAgent)
      .add('Accept', pageAccept + 'image/avif,image/webp,image/apng,*/*;q=0.8,application/signed-exchange;v=b3;q=0.7')
  } else {
    headers.add('sec-ch-ua-platform', agent.platform).own(sending).add('User-Agent', agent.userAgent).add('sec-ch-ua', agent.brands)
    if (sending.contentType !== '') headers.add('Content-Type', sending.contentType)
    headers.add('sec-ch-ua-mobile', agent.isMobile ? '?1' : '?0')
      .add('Accept', sending.mode === 'fetch' ? 'application/json' : '*/*')
    if (sending.method !== 'GET') headers.add('Origin', `https://${sending.host}`)
  }
  if (agent.doNotTrack) headers.add('DNT', '1')
  headers.add('Sec-Fetch-Site', siteOf(sending)).add('Sec-Fetch-Mode', opens ? 'navigate' : sending.mode === 'fetch' ? 'cors' : 'no-cors')
  if (opens) headers.add('Sec-Fetch-User', '?1')
  return headers.add('Sec-Fetch-Dest', opens ? 'document' : sending.mode === 'fetch' ? 'empty' : 'script')
    .some('Referer', sending.referer).add('Accept-Encoding', 'gzip, deflate, br, zstd').add('Accept-Language', agent.language)
    .some('Authorization', sending.authorization).some('Cookie', sending.cookie).some('If-None-Match', sending.etag).list
}

function firefox (agent: Agent, sending: Sending): NameValue[] {
  const opens = sending.mode === 'navigate' || sending.mode === 'form'
  const headers = new HeaderList().add('Host', sending.host).add('User-Agent', agent.userAgent)
    .add('Accept', opens ? pageAccept + 'image/avif,image/webp,*/*;q=0.8' : sending.mode === 'fetch' ? 'application/json' : 'text/css,*/*;q=0.1')
    .add('Accept-Language', agent.language).add('Accept-Encoding', 'gzip, deflate, br, zstd').body(sending).own(sending)
  if (sending.method !== 'GET') headers.add('Origin', `https://${sending.host}`)
  if (agent.doNotTrack) headers.add('DNT', '1').add('Sec-GPC', '1')
  headers.add('Connection', 'keep-alive').some('Referer', sending.referer).some('Authorization', sending.authorization).some('Cookie', sending.cookie)
  if (opens) headers.add('Upgrade-Insecure-Requests', '1')
  headers.add('Sec-Fetch-Dest', opens ? 'document' : sending.mode === 'fetch' ? 'empty' : 'style').add('Sec-Fetch-Mode', opens ? 'navigate' : sending.mode === 'fetch' ? 'cors' : 'no-cors').add('Sec-Fetch-Site', siteOf(sending))
  if (opens) headers.add('Sec-Fetch-User', '?1')
  return headers.add('Priority', opens ? 'u=0, i' : sending.mode === 'fetch' ? 'u=4' : 'u=2').some('If-None-Match', sending.etag).list
}

function safari (agent: Agent, sending: Sending): NameValue[] {
  const opens = sending.mode === 'navigate' || sending.mode === 'form'
  const headers = new HeaderList().add('Host', sending.host)
  if (sending.contentType !== '') headers.add('Content-Type', sending.contentType)
  if (sending.method !== 'GET') headers.add('Origin', `https://${sending.host}`)
  headers.some('Cookie', sending.cookie).own(sending).some('If-None-Match', sending.etag).add('Connection', 'keep-alive')
  headers.add('Sec-Fetch-Mode', opens ? 'navigate' : sending.mode === 'fetch' ? 'cors' : 'no-cors')
  headers.add('Accept', opens ? pageAccept + '*/*;q=0.8' : sending.mode === 'fetch' ? 'application/json' : '*/*').add('User-Agent', agent.userAgent)
  if (sending.method !== 'GET' && sending.method !== 'HEAD') headers.add('Content-Length', String(sending.contentLength))
  return headers.some('Referer', sending.referer).add('Sec-Fetch-Site', siteOf(sending)).add('Sec-Fetch-Dest', opens ? 'document' : sending.mode === 'fetch' ? 'empty' : 'script')
    .add('Accept-Language', agent.language).add('Accept-Encoding', 'gzip, deflate, br').some('Authorization', sending.authorization).list
}

function siteOf (sending: Sending): string {
  if (sending.referer === '') return 'none'
  return sending.isCrossSite ? 'cross-site' : 'same-origin'
}

function okhttp (agent: Agent, sending: Sending): NameValue[] {
  return new HeaderList().own(sending).add('Accept', 'application/json').add('Accept-Language', agent.language).some('Authorization', sending.authorization).body(sending)
    .add('Host', sending.host).add('Connection', 'Keep-Alive').add('Accept-Encoding', 'gzip').add('User-Agent', agent.userAgent).list
}

function cfNetwork (agent: Agent, sending: Sending): NameValue[] {
  const headers = new HeaderList().add('Host', sending.host)
  if (sending.contentType !== '') headers.add('Content-Type', sending.contentType)
  headers.add('Connection', 'keep-alive').own(sending).add('Accept', '*/*').add('User-Agent', agent.userAgent).some('Authorization', sending.authorization)
  if (sending.contentLength > 0) headers.add('Content-Length', String(sending.contentLength))
  return headers.add('Accept-Language', agent.language).add('Accept-Encoding', 'gzip, deflate, br').list
}

function nodeSdk (agent: Agent, sending: Sending): NameValue[] {
  return new HeaderList().add('Accept', 'application/json').body(sending).own(sending).add('User-Agent', agent.userAgent).add('Accept-Encoding', 'gzip, compress, deflate, br').add('Host', sending.host).add('Connection', 'keep-alive').list
}

function pythonSdk (agent: Agent, sending: Sending): NameValue[] {
  return new HeaderList().add('Host', sending.host).add('User-Agent', agent.userAgent).add('Accept-Encoding', 'gzip, deflate').add('Accept', '*/*').add('Connection', 'keep-alive').own(sending).body(sending).list
}

function goSdk (agent: Agent, sending: Sending): NameValue[] {
  const headers = new HeaderList().add('Host', sending.host).add('User-Agent', agent.userAgent)
  if (sending.contentLength > 0) headers.add('Content-Length', String(sending.contentLength))
  headers.some('Content-Type', sending.contentType)
  return headers.own(sending).add('Accept-Encoding', 'gzip').list
}

function probe (agent: Agent, sending: Sending): NameValue[] {
  return new HeaderList().add('Host', '10.0.3.17:3000').add('User-Agent', agent.userAgent).add('Accept', '*/*').add('Connection', 'close').list
}

function uptime (agent: Agent, sending: Sending): NameValue[] {
  return new HeaderList().add('Host', sending.host).add('User-Agent', agent.userAgent).add('Accept-Encoding', 'gzip,deflate').add('Cache-Control', 'no-cache').add('Connection', 'close').list
}

function crawler (agent: Agent, sending: Sending): NameValue[] {
  return new HeaderList().add('Host', sending.host).add('Connection', 'keep-alive').add('Accept', 'text/html,application/xhtml+xml,application/signed-exchange;v=b3,application/xml;q=0.9,*/*;q=0.8')
    .add('From', agent.platform).add('User-Agent', agent.userAgent).add('Accept-Encoding', 'gzip, deflate, br').some('If-None-Match', sending.etag).list
}

function sender (agent: Agent, sending: Sending): NameValue[] {
  return new HeaderList().add('User-Agent', agent.userAgent).add('Accept', '*/*; q=0.5, application/xml').body(sending).own(sending).add('Host', sending.host).add('Connection', 'Keep-Alive').add('Accept-Encoding', 'gzip').list
}

const programs: Record<string, { compose: Agent['compose'], isForm: boolean, make: (random: Random) => Partial<Agent> & { userAgent: string } }> = {
  chrome: { compose: chromium, isForm: true, make: (random) => chromeOn(random, random.skewed(['Windows', 'Windows', 'macOS', 'Linux'], 1.3), '') },
  'chrome-android': { compose: chromium, isForm: true, make: (random) => chromeOn(random, 'Android', '') },
  edge: { compose: chromium, isForm: true, make: (random) => chromeOn(random, 'Windows', 'Edg') },
  firefox: { compose: firefox, isForm: true, make: (random) => { const version = random.between(124, 132); return { userAgent: `Mozilla/5.0 (${random.pick(['Windows NT 10.0; Win64; x64', 'Windows NT 10.0; Win64; x64', 'X11; Linux x86_64', 'Macintosh; Intel Mac OS X 10.15', 'X11; Ubuntu; Linux x86_64'])}; rv:${version}.0) Gecko/20100101 Firefox/${version}.0` } } },
  safari: { compose: safari, isForm: true, make: (random) => ({ userAgent: `Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/${random.pick(['16.6', '17.4.1', '17.5', '17.6', '18.0', '18.1'])} Safari/605.1.15` }) },
  'safari-ios': { compose: safari, isForm: true, make: (random) => { const [os, version] = random.pick([['16_7_8', '16.6'], ['17_4_1', '17.4.1'], ['17_5_1', '17.5'], ['17_6_1', '17.6'], ['18_0_1', '18.0.1'], ['18_1', '18.1']]) as [string, string]; return { isMobile: true, userAgent: `Mozilla/5.0 (iPhone; CPU iPhone OS ${os} like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/${version} Mobile/15E148 Safari/604.1` } } },
  'app-android': { compose: okhttp, isForm: false, make: (random) => ({ userAgent: `okhttp/${random.pick(['4.12.0', '4.12.0', '4.11.0'])}`, isMobile: true }) },
  'app-ios': { compose: cfNetwork, isForm: false, make: (random) => ({ userAgent: `OutdoorShop/${random.pick(['531', '530', '528'])} CFNetwork/${random.pick(['1494.0.7', '1496.0.7', '1410.0.3'])} Darwin/${random.pick(['23.4.0', '23.5.0', '22.6.0'])}`, isMobile: true }) },
  'sdk-node': { compose: nodeSdk, isForm: false, make: (random) => ({ userAgent: `outdoor-partner-node/${random.pick(['2.3.0', '2.4.1'])} axios/1.7.${random.between(2, 7)}` }) },
  'sdk-python': { compose: pythonSdk, isForm: false, make: (random) => ({ userAgent: `python-requests/2.${random.between(28, 32)}.${random.between(0, 3)}` }) },
  'sdk-go': { compose: goSdk, isForm: false, make: () => ({ userAgent: 'Go-http-client/1.1' }) },
  probe: { compose: probe, isForm: false, make: () => ({ userAgent: 'kube-probe/1.30' }) },
  uptime: { compose: uptime, isForm: false, make: () => ({ userAgent: 'Mozilla/5.0+(compatible; UptimeRobot/2.0; http://www.uptimerobot.com/)' }) },
  crawler: { compose: crawler, isForm: false, make: (random) => random.chance(0.7) ? { userAgent: 'Mozilla/5.0 (Linux; Android 6.0.1; Nexus 5X Build/MMB29P) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.6723.91 Mobile Safari/537.36 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)', platform: 'googlebot(at)googlebot.com' } : { userAgent: 'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)', platform: 'bingbot(at)microsoft.com' } },
  sender: { compose: sender, isForm: false, make: () => ({ userAgent: 'PayGate/1.0 (+https://paygate.example/docs/webhooks)' }) }
}

function chromeOn (random: Random, system: string, brand: string): Partial<Agent> & { userAgent: string } {
  const version = random.skewed([131, 130, 129, 128, 127, 126], 1.6)
  const place = { Windows: 'Windows NT 10.0; Win64; x64', macOS: 'Macintosh; Intel Mac OS X 10_15_7', Linux: 'X11; Linux x86_64', Android: 'Linux; Android 10; K' }[system] as string
  const isMobile = system === 'Android'
  const filler = [`"Not_A Brand";v="${version % 2 === 0 ? 24 : 8}"`, `"Not)A;Brand";v="${version % 2 === 0 ? 99 : 8}"`][version % 2] as string
  return {
    isMobile,
    platform: `"${system}"`,
    brands: `"${brand === 'Edg' ? 'Microsoft Edge' : 'Google Chrome'}";v="${version}", "Chromium";v="${version}", ${filler}`,
    userAgent: `Mozilla/5.0 (${place}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0 ${isMobile ? 'Mobile ' : ''}Safari/537.36${brand === '' ? '' : ` ${brand}/${version}.0.0.0`}`
  }
}

export function makeAgent (random: Random, family: string, tag: string): Agent {
  const program = programs[family] as (typeof programs)[string]
  return { family, brands: '', platform: '', isMobile: false, doNotTrack: random.chance(0.05), language: languageOf(random, family, tag), compose: program.compose, isForm: program.isForm, ...program.make(random) }
}

function languageOf (random: Random, family: string, tag: string): string {
  const short = tag.slice(0, 2)
  if (family.startsWith('app-android')) return tag
  if (family === 'app-ios') return `${tag},${short};q=0.9`
  if (family.startsWith('safari')) return short === 'en' ? `${tag},en;q=0.9` : `${tag},${short};q=0.9${random.chance(0.2) ? ',en;q=0.8' : ''}`
  if (family === 'firefox') return short === 'en' ? `${tag},en;q=0.5` : `${short},en-US;q=0.7,en;q=0.3`
  return tag === 'en-US' ? 'en-US,en;q=0.9' : short === 'en' ? `${tag},en-US;q=0.9,en;q=0.8` : random.chance(0.12) ? `${tag},${short};q=0.9` : `${tag},${short};q=0.9,en-US;q=0.8,en;q=0.7`
}
