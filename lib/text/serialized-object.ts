/**
 * How objects begin that run code when they are read, in base64 or hexadecimal: streams of Java (`AC ED 00 05`), pickles of Python with a frame or a
 * global, BinaryFormatter of .NET, Marshal of Ruby (an object, a string with variables or a hash after `04 08`).
 *
 * Source: Java Object Serialization Specification, section 6.4.2; Lib/pickletools.py of CPython; [MS-NRBF], section 2.6.1; marshal.c of Ruby.
 */
const MAGICS: readonly string[] = ['rO0AB', 'gASV', 'gAWV', 'gANj', 'gAJj', 'AAEAAAD/////', 'BAhv', 'BAhJ', 'BAh7', 'aced0005', 'ACED0005']

/** Shorter texts hold no object. */
const SHORTEST = 16

/** By first character: what an object that begins with it begins with. */
const BY_FIRST: readonly string[][] = Array.from({ length: 128 }, (_, code) => MAGICS.filter((magic) => magic.charCodeAt(0) === code))

/** Whether a value is a serialised object of a kind that runs code when it is read. Looks at the first characters only. */
export function isSerializedObject (text: string): boolean {
  if (text.length < SHORTEST) return false
  const magics = BY_FIRST[text.charCodeAt(0)]
  if (magics === undefined) return false
  for (let i = 0; i < magics.length; i++) if (text.startsWith(magics[i] as string)) return true
  return false
}
