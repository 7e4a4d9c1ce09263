/** Dihedral group D5: product, and the permutation by position, of Verhoeff's check digit. */
const PRODUCT = ['0123456789', '1234067895', '2340178956', '3401289567', '4012395678', '5987604321', '6598710432', '7659821043', '8765932104', '9876543210']
const PERMUTATION = ['0123456789', '1576283094', '5803796142', '8916043527', '9453126870', '4286573901', '2793806415', '7046913258']
/** Weights and check characters of ISO 7064 MOD 11-2 as China's resident identity number uses it. */
const RESIDENT_WEIGHTS: readonly number[] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const RESIDENT_CHECK = '10X98765432'
/** Countries that have IBANs, and their length: four characters each (SWIFT's registry). */
const IBAN_REGISTRY = 'AD24AE23AL28AT20AZ28BA20BE16BG22BH22BR29BY28CH21CR22CY28CZ24DE22DK18DO28EE20EG29ES24FI18FO18FR27GB22GE22GI23GL18GR27GT28HR21HU28IE22IL23IQ23IS26IT27JO30KW30KZ20LB28LC32LI21LT20LU20LV21LY25MC27MD24ME22MK19MR27MT31MU30NL18NO15PK24PL28PS29PT25QA29RO24RS22SA24SC31SE24SI19SK24SM27ST25SV28TL23TN24TR26UA29VA22VG24XK20'
const IBAN_LENGTHS: ReadonlyMap<string, number> = new Map(Array.from({ length: IBAN_REGISTRY.length / 4 }, (_, i) => [IBAN_REGISTRY.slice(4 * i, 4 * i + 2), Number(IBAN_REGISTRY.slice(4 * i + 2, 4 * i + 4))]))

/**
 * Whether digits end in their Luhn check digit. One in ten random numbers does. False for what is not all digits.
 *
 * Source: ISO/IEC 7812-1, annex B.
 */
export function hasLuhn (digits: string): boolean {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48
    if (digit < 0 || digit > 9) return false
    sum += i % 2 === 0 ? digit : digit > 4 ? 2 * digit - 9 : 2 * digit
  }
  return digits.length > 1 && sum % 10 === 0
}

/** Whether digits are a payment card's number: issuer, length and Luhn digit (ISO/IEC 7812). All digits alike are none. */
export function isCardNumber (digits: string): boolean {
  const { length } = digits
  if (length < 15 || length > 19) return false
  const four = Number(digits.slice(0, 4))
  const two = Math.floor(four / 100)
  const isKnown = length === 15
    ? two === 34 || two === 37
    : (two >= 40 && two <= 49 && (length === 16 || length === 19)) ||
      (length === 16 && ((two >= 51 && two <= 55) || (four >= 2221 && four <= 2720) || (four >= 3528 && four <= 3589))) ||
      (length <= 19 && (four === 6011 || two === 65 || (four >= 6440 && four <= 6499) || two === 62))
  return isKnown && hasLuhn(digits) && hasVariety(digits)
}

/** How long an international bank account number is that begins like this text, by its country; 0 for none. */
export function ibanLength (text: string): number { return IBAN_LENGTHS.get(text.slice(0, 2)) ?? 0 }

/**
 * Whether a text is an international bank account number: country, length, two check digits, and 1 as its remainder by 97. One in 97 random texts of
 * that shape is. Spaces are not allowed here.
 *
 * Source: ISO 13616-1, ISO 7064 MOD 97-10.
 */
export function isIban (text: string): boolean {
  const { length } = text
  if (length < 15 || length !== ibanLength(text) || !isDigit(text.charCodeAt(2)) || !isDigit(text.charCodeAt(3))) return false
  let remainder = 0
  for (let i = 0; i < length; i++) {
    const code = text.charCodeAt((i + 4) % length)
    if (!isDigit(code) && !isLetter(code)) return false
    remainder = isDigit(code) ? (remainder * 10 + code - 48) % 97 : (remainder * 100 + code - 55) % 97
  }
  return remainder === 1
}

/** Whether nine digits can be a US social security number. It has no check digit: ask for its dashes. */
export function isSocialSecurity (digits: string): boolean {
  if (digits.length !== 9) return false
  const area = digits.slice(0, 3)
  return area !== '000' && area !== '666' && area < '900' && digits.slice(3, 5) !== '00' && digits.slice(5) !== '0000' && hasVariety(digits)
}

/** Whether eleven digits are a Brazilian CPF: two check digits by weights mod 11. */
export function isCpf (digits: string): boolean {
  return digits.length === 11 && hasVariety(digits) && cpfDigit(digits, 9) === Number(digits[9]) && cpfDigit(digits, 10) === Number(digits[10])
}

/** Whether twelve digits are an Indian Aadhaar number: Verhoeff's check digit. */
export function isAadhaar (digits: string): boolean {
  if (digits.length !== 12 || digits < '2' || !hasVariety(digits)) return false
  let check = 0
  for (let i = 0; i < 12; i++) check = Number(PRODUCT[check]?.[Number(PERMUTATION[i % 8]?.[Number(digits[11 - i])])])
  return check === 0
}

/** Whether 18 characters are a Chinese resident identity number: a date of birth, and ISO 7064 MOD 11-2. */
export function isResidentNumber (text: string): boolean {
  if (text.length !== 18 || !isDate(Number(text.slice(6, 10)), Number(text.slice(10, 12)), Number(text.slice(12, 14)))) return false
  let sum = 0
  for (let i = 0; i < 17; i++) sum += Number(text[i]) * (RESIDENT_WEIGHTS[i] as number)
  return RESIDENT_CHECK[sum % 11] === text[17]?.toUpperCase()
}

/** Whether 15 digits are a French NIR: sex, month, and its key mod 97. */
export function isNir (digits: string): boolean {
  if (digits.length !== 15 || (digits[0] !== '1' && digits[0] !== '2')) return false
  const month = Number(digits.slice(3, 5))
  return ((month >= 1 && month <= 12) || (month >= 20 && month <= 42)) && 97 - Number(digits.slice(0, 13)) % 97 === Number(digits.slice(13))
}

function cpfDigit (digits: string, length: number): number {
  let sum = 0
  for (let i = 0; i < length; i++) sum += Number(digits[i]) * (length + 1 - i)
  return (sum * 10) % 11 % 10
}

function isDate (year: number, month: number, day: number): boolean {
  return year >= 1900 && year <= 2100 && month >= 1 && month <= 12 && day >= 1 && day <= 31
}

/** Whether there are different digits. */
function hasVariety (digits: string): boolean { return new Set(digits).size > 1 }

function isDigit (code: number): boolean { return code >= 48 && code <= 57 }
function isLetter (code: number): boolean { return code >= 65 && code <= 90 }
