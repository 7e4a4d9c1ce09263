/** Endings of copies that editors and people leave behind, and of files that no API serves. */
const ENDINGS: readonly string[] = ['~', '.bak', '.back', '.backup', '.old', '.orig', '.save', '.swp', '.swo', '.tmp', '.copy', '.inc', '.dist', '.sql', '.sqlite', '.db',
  '.log', '.conf', '.cfg', '.ini', '.pem', '.key', '.env', '.tar', '.tgz', '.gz', '.zip', '.rar', '.7z', '.ds_store']

/** Administration and files of products that no Fastify application is, which scanners ask every server for: how a segment begins. */
const PRODUCTS: readonly string[] = ['phpmyadmin', 'phpmy', 'pma/', 'myadmin/', 'adminer', 'wp-admin', 'wp-login', 'wp-config', 'xmlrpc.php', 'phpinfo', 'vendor/phpunit', 'eval-stdin', 'cgi-bin/', 'manager/html',
  'host-manager/', 'jmx-console', 'web-console', 'invoker/', 'web-inf', 'meta-inf', 'actuator/', 'solr/', 'jenkins/', 'struts', 'server-status', 'server-info', 'hnap1', 'boaform', 'goform/', 'gponform', 'owa/auth', 'ecp/', 'telescope/requests',
  '_ignition/', '_profiler', 'elmah.axd', 'trace.axd', 'web.config', 'nacos/', 'druid/', 'geoserver/', 'administrator/index', 'sitecore/', 'cfide/', 'dana-na/', 'remote/login', 'setup.cgi', 'sdk/vim', 'latest/meta-data']
/** Segments of a path that are looked at for products. */
const MAX_SEGMENTS = 8

/**
 * Why a path has the shape of a probe, or `null`: climbing segments, dot files, left-over copies, well-known products, characters that no
 * path of a browser or client library holds. Linear: one pass over the first 2,048 characters, after at most two
 * rounds of percent-decoding. Holds for paths that no route has; what a route serves is its own business.
 */
export function probeShape (path: string): string | null {
  const text = decodeTwice(path.length > 2048 ? path.slice(0, 2048) : path).toLowerCase()
  let dots = true
  let start = 0
  let segments = 0
  for (let i = 0; i <= text.length; i++) {
    const code = i < text.length ? text.charCodeAt(i) : 47
    if (code === 47 || code === 92) {
      if (dots && i - start === 2) return 'climbs to a parent directory'
      if (i - start > 1 && text.charCodeAt(start) === 46 && !text.startsWith('.well-known', start)) return 'names a dot file'
      start = i + 1
      dots = true
      if (segments++ < MAX_SEGMENTS && namesProduct(text, start)) return 'is of a product that scanners look for'
      continue
    }
    if (code !== 46) dots = false
    if (code < 32 || code === 127) return 'holds a control character'
    if (code === 60 || code === 62 || code === 39 || code === 34 || code === 123 || code === 125 || code === 96) return 'holds quotes, brackets or braces'
  }
  for (const ending of ENDINGS) if (text.endsWith(ending)) return `ends in ${ending}`
  return null
}

function namesProduct (text: string, start: number): boolean {
  for (const product of PRODUCTS) if (text.startsWith(product, start)) return true
  return false
}

function decodeTwice (text: string): string {
  for (let round = 0; round < 2 && text.includes('%'); round++) {
    text = text.replace(/%([0-9a-f]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
  }
  return text
}
