import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { multipartParts } from '../../lib/text/multipart'
import { MultipartReader } from '../../lib/text/multipart-reader'

const TYPE = 'multipart/form-data; boundary=xx'

interface Given { name: string, fileName: string | null, text: string }

function bodyOf (parts: readonly Given[]): Buffer {
  const texts = parts.map(({ name, fileName, text }) => `--xx\r\nContent-Disposition: form-data; name="${name}"${fileName === null ? '' : `; filename="${fileName}"`}\r\n\r\n${text}\r\n`)
  return Buffer.from(`${texts.join('')}--xx--\r\n`)
}

/** Writes a body in pieces of a size. */
function read (body: Buffer, size: number, type = TYPE): MultipartReader {
  const reader = new MultipartReader(type)
  for (let at = 0; at < body.length; at += size) reader.write(body.subarray(at, at + size))
  return reader
}

const TEXT = fc.string({ unit: fc.constantFrom('a', '-', '\r\n', 'xx', ' ', '\'', '=', '-'), maxLength: 40 }).filter((text) => !text.includes('--xx'))

test('fields are read as they were sent, however the body is cut; files only by their names', async () => {
  fc.assert(fc.property(fc.array(fc.record({ name: fc.string({ unit: fc.constantFrom('a', 'b', ' '), maxLength: 9 }), fileName: fc.option(fc.constantFrom('../x', 'a b.txt')), text: TEXT }), { maxLength: 6 }), fc.integer({ min: 1, max: 50 }), (parts, size) => {
    const reader = read(bodyOf(parts), size)
    assert.deepEqual(reader.parts, parts.map(({ name, fileName, text }) => ({ name, fileName, text: fileName === null ? text : '' })))
    assert.equal(reader.files, parts.filter(({ fileName }) => fileName !== null).length)
  }))
})

test('it finds the same parts as the reader of whole bodies', async (t) => {
  const body = bodyOf([{ name: 'a', fileName: null, text: '1\r\n2' }, { name: 'b', fileName: 'c.txt', text: 'zzz' }, { name: 'd', fileName: null, text: '' }])
  t.same(read(body, 7).parts.map(({ name, fileName }) => [name, fileName]), multipartParts(body.toString(), TYPE).map(({ name, fileName }) => [name, fileName]))
})

test('any bytes are read without a throw, within the bounds', async (t) => {
  fc.assert(fc.property(fc.array(fc.oneof(fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)), fc.constantFrom(...['--xx', '\r\n', '\r\n\r\n', '--xx--', 'name="'].map((text) => Buffer.from(text)))), { maxLength: 60 }), (pieces) => {
    const reader = new MultipartReader(TYPE)
    for (const piece of pieces) reader.write(piece)
    assert.ok(reader.parts.length <= 256)
  }))
  const many = read(bodyOf(Array.from({ length: 400 }, () => ({ name: 'a', fileName: null, text: 'b'.repeat(1000) }))), 4096)
  t.equal(many.parts.length, 256)
  t.equal(many.parts.reduce((sum, { text }) => sum + text.length, 0), 65_536)
  t.equal(many.skipped, 256_000 - 65_536)
  t.same(new MultipartReader('multipart/form-data').parts, [])
})
