import assert from 'node:assert/strict'
import { test } from 'tap'
import fc from 'fast-check'
import { multipartParts } from '../../lib/text/multipart'

const TYPE = 'multipart/form-data; boundary=----x'

test('names, file names and contents are read', async (t) => {
  const body = '------x\r\nContent-Disposition: form-data; name="a b"\r\n\r\none\r\ntwo\r\n------x\r\ncontent-disposition: form-data; filename="f \\" .txt"; name=up\r\nContent-Type: text/plain\r\n\r\nthree\r\n------x--\r\n'
  t.same(multipartParts(body, TYPE), [{ name: 'a b', fileName: null, text: 'one\r\ntwo' }, { name: 'up', fileName: 'f \\" .txt', text: 'three' }])
})

test('a body without a boundary has no parts', async (t) => {
  t.same(multipartParts('------x\r\n\r\na', 'multipart/form-data'), [])
  t.same(multipartParts('nothing here', TYPE), [])
})

test('any body is read without a throw', async () => {
  const piece = fc.constantFrom('------x', '\r\n', '\r\n\r\n', 'name="', '"', 'filename=', ';', '\\', '--', 'a', 'Content-Disposition: ', ' ')
  fc.assert(fc.property(fc.array(piece, { maxLength: 60 }), fc.constantFrom(TYPE, 'multipart/form-data; boundary="----x', 'multipart/mixed; BOUNDARY="----x"'), (pieces, type) => {
    assert.ok(multipartParts(pieces.join(''), type).length <= 256)
  }), { numRuns: 500 })
})
