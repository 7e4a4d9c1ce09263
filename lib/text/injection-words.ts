import { hashText } from './keyed-hash'

/**
 * Words that mean something in a language which an injection is written in, by what they mean there: the scanner tells these from all other
 * words, and n-grams are made of the meanings, so that a function or table that no training text held still reads as one.
 *
 * One meaning a word: where languages share a word (`select`, `exec`, `end`), the list first in this table has it; the weights of its
 * n-grams tell which language it was. Words are compared without case.
 */
export const MEANINGS: Readonly<Record<string, string>> = {
  // SQL
  or: 'or',
  and: 'and',
  xor: 'xor div mod',
  not: 'not',
  in: 'in',
  is: 'is',
  like: 'like rlike ilike regexp glob similar sounds match against',
  between: 'between',
  null: 'null nil none undefined nan',
  bool: 'true false',
  exists: 'exists any some',
  select: 'select',
  union: 'union intersect except minus',
  all: 'all distinct distinctrow unique',
  from: 'from',
  where: 'where',
  into: 'into',
  outfile: 'outfile dumpfile infile load_file utl_file bulk openrowset opendatasource openquery',
  write: 'insert update delete replace merge upsert',
  define: 'drop alter create truncate rename grant revoke',
  execute: 'exec execute declare call prepare deallocate sp_executesql commit rollback begin shutdown attach detach handler',
  order: 'order group',
  by: 'by',
  having: 'having',
  limit: 'limit offset top fetch rownum rownumber',
  as: 'as',
  branch: 'case when then else end if elseif elsif iif fi',
  join: 'join inner outer cross natural using',
  table: 'table tables database databases schema schemas column columns view index trigger constraint',
  values: 'values set',
  catalogue: 'information_schema sysobjects syscolumns sysusers sysdatabases systables sys pg_catalog pg_tables pg_class pg_namespace pg_user pg_shadow pg_database sqlite_master sqlite_schema sqlite_version all_tables all_tab_columns all_users user_tables user_tab_columns dba_users dba_tables dual msysobjects msysaccessobjects master msdb tempdb pg_attribute all_objects innodb_table_stats performance_schema session_user system_user current_user current_database schema_name table_name column_name table_schema column_type db_name user_name suser_name suser_sname is_srvrolemember host_name mysql sysibm syscat domain_names table_type xtype usename passwd_hash relname attname datname nspname',
  function: 'concat concat_ws group_concat string_agg listagg wm_concat substring substr mid ascii ord char chr nchar length len char_length hex unhex bin conv cast convert try_convert coalesce ifnull isnull nullif nvl upper lower ucase lcase ltrim rtrim trim rand random floor round ceil abs sin cos exp pow power sqrt sign pi md5 sha1 sha sha2 aes_encrypt aes_decrypt des_encrypt encode decode to_char to_number instr locate position find_in_set elt field make_set export_set reverse repeat lpad rpad stuff quotename strcmp count sum avg min max row_count found_rows last_insert_id greatest least now curdate sysdate getdate version current_timestamp json_extract json_keys json_value json_object json_array json_arrayagg extractvalue updatexml xmltype xmlelement dbms_xmlgen xmlagg query_to_xml database_to_xml ctxsys drithsx polygon multipoint linestring geometrycollection multipolygon multilinestring gtid_subset bitand bit_length ascii_str compress uncompress row inet_aton name_const procedure analyse analyze separator binary collate interval escape printf format randomblob zeroblob likely unlikely typeof quote regexp_like regexp_replace regexp_substr translate soundex difference uuid newid unicode charindex patindex current_setting set_config lo_import lo_export pg_read_file pg_ls_dir copy program load_extension cursor open',
  delay: 'sleep benchmark pg_sleep waitfor delay receive_message dbms_pipe dbms_lock pg_sleep_for sleep_for usleep dbms_session generate_series',
  procedure: 'xp_cmdshell xp_dirtree xp_fileexist xp_regread xp_regwrite xp_servicecontrol xp_subdirs sp_password sp_makewebtask sp_configure sp_oacreate sp_oamethod sp_addextendedproc sp_who sp_help utl_http utl_inaddr get_host_address get_host_name httpuritype dbms_ldap dbms_utility dbms_java sys_eval sys_exec dbms_scheduler dbms_export_extension sp_addsrvrolemember sp_addlogin fn_xe_file_target_read_file fn_get_audit_file fn_varbintohexstr fn_trace_gettable utl_smtp dblink dblink_connect',
  sqltype: 'int integer smallint bigint varchar nvarchar varbinary varchar2 numeric decimal double real blob clob character unsigned signed bit boolean money datetime',
  // markup
  script: 'script',
  danger: 'iframe frame frameset object embed applet svg math marquee isindex bgsound keygen xml xss noscript foreignobject animate animatetransform animatemotion animatecolor use listener layer ilayer xsl vmlframe dialog portal template slot fencedframe',
  media: 'video audio source track canvas image img picture input button textarea form details summary base link style meta body html head title option',
  tag: 'div span p b i u em strong a br hr h1 h2 h3 h4 h5 h6 ul ol li tr td th tbody thead pre code blockquote section article header footer nav main figure figcaption label small sub sup del ins mark font center strike',
  handler: 'onload onerror onclick onmouseover onmouseout onmouseenter onmouseleave onmousemove onmousedown onmouseup onfocus onfocusin onfocusout onblur onchange oninput onsubmit onreset onselect onkeydown onkeyup onkeypress ontoggle onbegin onend onrepeat onstart onfinish onbounce onwheel onscroll onresize onhashchange onpageshow onpagehide onpopstate onunload onbeforeunload onabort oncanplay oncuechange ondblclick ondrag ondragend ondragenter ondragleave ondragover ondragstart ondrop ondurationchange onemptied onended oninvalid onloadeddata onloadedmetadata onloadstart onpause onplay onplaying onprogress onratechange onsearch onseeked onseeking onstalled onsuspend ontimeupdate onvolumechange onwaiting oncopy oncut onpaste onpointerover onpointerenter onpointerdown onpointermove onpointerup onpointerleave onpointerout onpointercancel onpointerrawupdate ongotpointercapture onlostpointercapture ontouchstart ontouchend ontouchmove ontouchcancel onanimationstart onanimationend onanimationiteration onanimationcancel ontransitionend ontransitionrun ontransitionstart ontransitioncancel onmessage onmessageerror onoffline ononline onstorage onafterprint onbeforeprint onreadystatechange onactivate onbeforeactivate onbeforecopy onbeforecut onbeforepaste onbeforeeditfocus oncontextmenu ondeactivate onfilterchange onhelp onlayoutcomplete onlosecapture onmove onmoveend onmovestart onpropertychange onresizeend onresizestart onrowenter onrowexit onselectionchange onselectstart onstop onsyncrestored ontimeerror onoutofsync ontrackchange onurlflip onformchange onforminput onshow onclose oncancel onauxclick onbeforeinput onbeforetoggle oncontentvisibilityautostatechange onscrollend onscrollsnapchange onunhandledrejection onrejectionhandled onlanguagechange onwebkitanimationstart onwebkitanimationend onwebkittransitionend onwebkitmouseforcechanged onwebkitplaybacktargetavailabilitychanged onfullscreenchange onmozfullscreenchange onpointerlockchange ondevicemotion ondeviceorientation onslotchange',
  attribute: 'src href srcdoc srcset formaction action data dynsrc lowsrc background codebase classid xlink autofocus tabindex accesskey contenteditable poster ping manifest httpequiv content refresh attributename to allowscriptaccess charset rel xmlns dur',
  looks: 'class alt width height target align color size placeholder lang dir border cellpadding cellspacing colspan rowspan',
  scheme: 'javascript vbscript livescript mocha jscript wyciwyg',
  dialog: 'alert confirm prompt',
  evaluate: 'eval function settimeout setinterval setimmediate execscript msgenerateblobfromurl import importscripts constructor reflect tostring valueof fromcharcode fromcodepoint atob btoa unescape decodeuricomponent decodeuri expression binding behavior ismap foreach globalthis self parent frames opener',
  page: 'document window location cookie localstorage sessionstorage navigator domain innerhtml outerhtml writeln insertadjacenthtml createelement appendchild getelementbyid getelementsbytagname queryselector xmlhttprequest fetch_x sendbeacon websocket responsetext console postmessage history indexeddb serviceworker srcelement baseuri documenturi referrer hash pathname',
  declare: 'var let const throw try catch finally void new this return async await yield debugger with while for do switch break continue instanceof extends',
  prototype: 'prototype __proto__ __definegetter__ __definesetter__ __lookupgetter__ defineproperty getprototypeof setprototypeof',
  // shell
  command: 'cat ls id whoami uname wget curl nc ncat netcat telnet ping ping6 nslookup dig ifconfig ipconfig netstat ps kill chmod chown chgrp rm cp mv mkdir rmdir touch echo bash sh zsh csh ksh dash tcsh busybox python python2 python3 perl ruby node php php5 lua gcc awk gawk sed grep egrep find xargs tail more less tac nl od xxd base64 base32 hexdump strings rev tee cut sort uniq wc tr env printenv export unset alias hostname pwd cd dir type net netsh systeminfo tasklist taskkill ver powershell pwsh cmd certutil bitsadmin wmic reg regsvr32 rundll32 mshta cscript wscript schtasks sudo su crontab systemctl service mount dd tar gzip gunzip zip unzip scp ssh sftp ftp tftp rsync git make nohup timeout mknod mkfifo socat openssl nmap whois traceroute host getent finger w who last lsof df du free dmesg lsb_release arch logger vi vim nano ed emacs iptables route arp ip ss useradd adduser usermod groups getcap iex iwr downloadstring webclient encodedcommand wevtutil vssadmin bcdedit attrib icacls cacls takeown findstr fc tree move ren del erase chdir reboot halt poweroff init exit',
  folder: 'bin sbin usr etc tmp proc dev opt home boot mnt lib lib64 srv windows winnt system32 drivers inetpub wwwroot htdocs appdata programdata apache2 webapps',
  secretfile: 'passwd shadow hosts fstab issue motd resolv htpasswd htaccess bashrc bash_history id_rsa id_dsa authorized_keys known_hosts environ cmdline cpuinfo fd sam ntuser win ini httpd access_log error_log web php_ini my cnf credentials dockerenv sudoers svn ds_store dockerfile kube serviceaccount winsxs unattend sysprep ntds global asa',
  variable: 'ifs shell oldpwd hostname_v term ps1 ps2 ps4',
  // code
  phpcall: 'system passthru shell_exec popen proc_open pcntl_exec phpinfo assert include include_once require require_once file_get_contents file_put_contents readfile fopen fwrite fputs move_uploaded_file create_function preg_replace call_user_func call_user_func_array array_map usort base64_decode gzinflate gzuncompress str_rot13 unserialize serialize highlight_file show_source php_uname getenv putenv ini_set ini_get set_time_limit die print print_r var_dump var_export phpversion disable_functions allow_url_include auto_prepend_file error_reporting ob_start parse_str extract register_shutdown_function mb_send_mail fsockopen curl_exec curl_init curl_setopt scandir opendir readdir unlink symlink backticks filter_input stream_context_create allow_url_fopen openlog syslog get_defined_vars getallheaders session_start dl posix_getpwuid bzopen gzopen finfo_open expect',
  phpvar: '_get _post _request _cookie _server _files _session _env globals http_raw_post_data http_user_agent php_self argv',
  java: 'java javax lang runtime getruntime processbuilder getclass forname getdeclaredmethod getmethod getmethods invoke newinstance classloader urlclassloader defineclass getinputstream scriptenginemanager scriptengine getenginebyname nashorn getprotectiondomain ognl ognlcontext memberaccess _memberaccess default_member_access xwork xwork2 opensymphony struts struts2 servletactioncontext springframework spel ysoserial objectinputstream readobject weblogic xmldecoder jdbcrowsetimpl templatesimpl clojure groovy groovyshell groovyclassloader freemarker velocity thymeleaf springmacrorequestcontext getresponse getwriter getoutputstream fileinputstream filewriter scanner bufferedreader inputstreamreader processimpl unixprocess inspect introspector com sun org apache oracle unmarshal bsh beanshell jexl mvel elprocessor expressionfactory facescontext getexternalcontext requestcontextholder getsession ioutils unsafe sessionfactory actioncontext getcontext valuestack dispatcher httpservletresponse httpservletrequest setaccessible getfield rootcontext setproperty getproperty loadclass',
  python: '__class__ __mro__ __bases__ __base__ __subclasses__ __globals__ __builtins__ __import__ __init__ __dict__ __getattribute__ __getitem__ __name__ __code__ __reduce__ __call__ subprocess check_output os cycler joiner namespace lipsum url_for get_flashed_messages attr mro subclasses config settings_secret secret_key warnings linecache importlib pickle marshal cpickle loads dumps execfile compile getattr setattr locals builtins pty spawn socket connect dup2 gethostbyname urllib urlopen readlines yaml apply range jinja2 flask django tornado mako handler_settings smarty twig _self registerundefinedfiltercallback getfilter getfunction getstreamvariable literal _smarty_tpl template_object block macro',
  ruby: 'irb erb kernel send public_send open3 instance_eval class_eval const_get require_relative gemfile rails file backtick',
  nodecode: 'process mainmodule child_process execsync spawnsync fs readfilesync readfile readdirsync buffer nodejs fork execfilesync module exports',
  asp: 'wscript_shell createobject server response_write scripting filesystemobject adodb runat xpcmd on error resume next',
  // template, LDAP, XML, addresses
  jndi: 'jndi ldap ldaps rmi dns iiop corba nds nis log4j log4j2 ctx marker bundle sd docker k8s',
  ldapattr: 'objectclass objectcategory uid cn sn dc ou dn userpassword samaccountname memberof givenname distinguishedname useraccountcontrol homedirectory gidnumber uidnumber loginshell telephonenumber posixaccount inetorgperson organizationalperson pwdlastset lastlogon admincount serviceprincipalname unicodepwd',
  doctype: 'doctype entity element attlist public notation cdata pcdata ndata dtd xinclude xi schemalocation soap envelope xsi xs xsd stylesheet parse',
  fetchscheme: 'file gopher dict jar netdoc phar zlib ogg rar ssh2 mhtml res ftps smb imap pop3 smtp cifs unc nfs afp',
  webscheme: 'http https ws wss mailto tel',
  metadata: 'localhost metadata latest computemetadata instance iam metadata_google_internal google internal kubernetes consul etcd localtest nip xip sslip lvh project opc ec2',
  callback: 'burpcollaborator oastify oast interactsh interact dnslog ceye requestbin requestcatcher webhook pipedream canarytokens beeceptor ngrok xss_ht xsshunter bxss ezxss attacker evil hacker malicious exfil collaborator pwned hacked canary bxss_me r87 vulnweb ckers hackvertor',
  tool: 'sqlmap nikto nuclei acunetix nessus openvas wpscan dirbuster gobuster dirb ffuf wfuzz hydra zgrab masscan arachni w3af netsparker appscan burp zap havij pangolin jaeles xray nasl morfeus zmeu projectdiscovery metasploit meterpreter commix skipfish paros webshag grabber whatweb feroxbuster',
  header: 'location http_version',
  mail: 'rcpt bcc cc subject helo ehlo mail_from quit noop rset vrfy expn capability fetch examine login logout status append starttls stls xoauth authenticate mailbox',
  operator: '$ne $eq $gt $gte $lt $lte $in $nin $or $and $not $nor $exists $type $mod $regex $text $where $all $elemmatch $size $expr $jsonschema $comment $slice $meta $set $unset $inc $push $pull $lookup $match $group $project $accumulator $function $options $near $within $geowithin $reduce $merge $out',
  mongo: 'mapreduce findone findandmodify inject insertone insertmany dropdatabase getcollection db tojson printjson sleepms hasnext objectid isodate emit',
  graphql: '__schema __type __typename introspectionquery querytype mutationtype subscriptiontype fragment inputfields possibletypes interfaces enumvalues oftype mutation query typename directives',
  ssi: 'exec_cgi echo_var cgi virtual config_errmsg flastmod fsize date_local esi include_src',
  level: 'info warn warning debug fatal critical notice trace emerg',
  account: 'admin administrator root sa guest user users username userid password pass passwords secret credit_card creditcards members accounts customers email token session id',
  brand: 'microsoft mozilla chrome safari gecko applewebkit khtml mobile linux android'
}

/** Names of meanings; a meaning's number is its place here plus `FIRST_MEANING`. */
export const MEANING_NAMES: readonly string[] = Object.keys(MEANINGS)

/** The start of a rolling hash over a word's lower-case character codes: `hash = Math.imul(hash ^ code, WORD_PRIME)`. */
export const WORD_SEED = 0x1f35
export const WORD_PRIME = 0x01000193

const WORDS: string[] = []
const WORD_MEANINGS: number[] = []
const SIZE = 8192
const keys = new Int32Array(SIZE)
const places = new Uint16Array(SIZE)
/** One bit for each hash that some word has: four of five unknown words need no more than this. */
const present = new Uint32Array(SIZE / 32)

for (const [meaning, name] of MEANING_NAMES.entries()) {
  for (const word of (MEANINGS[name] as string).split(' ')) {
    if (WORDS.includes(word)) continue
    WORDS.push(word)
    WORD_MEANINGS.push(meaning)
    let slot = wordHash(word) & (SIZE - 1)
    while (keys[slot] !== 0) slot = (slot + 1) & (SIZE - 1)
    keys[slot] = wordHash(word)
    present[(wordHash(word) & (SIZE - 1)) >>> 5] = (present[(wordHash(word) & (SIZE - 1)) >>> 5] as number) | (1 << (wordHash(word) & 31))
    places[slot] = WORDS.length
  }
}

const FILTER_SHIFT = 17
/** One bit for each sample that some known word has: of words that are not known, few have such. */
const filter = new Int32Array(1 << (27 - FILTER_SHIFT))
for (const word of WORDS) {
  const sample = sampleOf(Uint16Array.from(word, (letter) => letter.charCodeAt(0)), 0, word.length)
  filter[sample >>> 5] = (filter[sample >>> 5] as number) | (1 << sample)
}

/** A hash of four letters of a word, without case, and of its length: no loop. */
function sampleOf (units: Uint16Array, at: number, length: number): number {
  const first = (units[at] as number) | 32
  const second = (units[at + (length >> 2)] as number) | 32
  const middle = (units[at + (length >> 1)] as number) | 32
  const last = (units[at + length - 1] as number) | 32
  return Math.imul((first | (second << 7) | (middle << 14) | (last << 21)) ^ Math.imul(length, 0x2c1b3c6d), 0x297a2d39) >>> FILTER_SHIFT
}

/** Whether a word may be known; never false for one that is. @param length At least 1. */
export function mayBeKnown (units: Uint16Array, at: number, length: number): boolean {
  const sample = sampleOf(units, at, length)
  return ((filter[sample >>> 5] as number) & (1 << sample)) !== 0
}

const meanings = Uint8Array.from(WORD_MEANINGS)

/** All known words; word number `n` stands at `n - 1`. */
export const KNOWN_WORDS: readonly string[] = WORDS

/** Number of known words; they are numbered from 1. */
export const WORD_COUNT = WORDS.length

/** Number of the known word with this rolling hash, or 0. Two words that are not known may share a hash with one that is: 1 in 2,000,000. */
export function knownWord (hash: number): number {
  const key = hash === 0 ? 1 : hash
  let slot = key & (SIZE - 1)
  if (((present[slot >>> 5] as number) & (1 << (slot & 31))) === 0) return 0
  while (keys[slot] !== 0) {
    if (keys[slot] === key) return places[slot] as number
    slot = (slot + 1) & (SIZE - 1)
  }
  return 0
}

/** Number of the meaning of known word `word`. */
export function meaningOf (word: number): number { return meanings[word - 1] as number }

/** A stable 32-bit identity of a known word, independent of its place in the lists. */
export function identityOf (word: number): number { return hashText(WORDS[word - 1] as string, WORD_SEED) }

function wordHash (word: string): number {
  let hash = WORD_SEED
  for (let i = 0; i < word.length; i++) hash = Math.imul(hash ^ word.charCodeAt(i), WORD_PRIME)
  return hash === 0 ? 1 : hash
}
