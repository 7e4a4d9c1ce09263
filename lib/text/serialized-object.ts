/**
 * How objects begin that run code when they are read, in base64 or hexadecimal: streams of Java (`AC ED 00 05`), pickles of Python with a frame or a
 * global, BinaryFormatter of .NET, Marshal of Ruby (an object, a string with variables or a hash after `04 08`).
 *
 * Source: Java Object Serialization Specification, section 6.4.2; Lib/pickletools.py of CPython; [MS-NRBF], section 2.6.1; marshal.c of Ruby.
 */
const MAGICS: readonly string[] = ['rO0AB', 'gASV', 'gAWV', 'gANj', 'gAJj', 'AAEAAAD/////', 'BAhv', 'BAhJ', 'BAh7', 'aced0005', 'ACED0005']

/** Shorter texts hold no object. */
const SHORTEST = 16

/** First characters of them. */
const IS_FIRST = new Uint8Array(128)
for (const magic of MAGICS) IS_FIRST[magic.charCodeAt(0)] = 1

/** Whether a value is a serialised object of a kind that runs code when it is read. Looks at the first characters only. @param from Where the value begins in the text. */
export function isSerializedObject (text: string, from = 0): boolean {
  if (text.length - from < SHORTEST) return false
  return IS_FIRST[text.charCodeAt(from)] === 1 && beginsWithMagic(text, from)
}

function beginsWithMagic (text: string, from: number): boolean {
  for (let i = 0; i < MAGICS.length; i++) if (text.startsWith(MAGICS[i] as string, from)) return true
  return false
}
