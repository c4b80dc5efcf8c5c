import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { csvRows, jsonLines, type Pieces, TABLES, tableRows } from '../src/index.ts'

async function all<T>(rows: AsyncIterable<T>): Promise<T[]> {
  const read: T[] = []
  for await (const row of rows) read.push(row)
  return read
}

/** The same bytes in pieces of some size, which may cut a character. */
function cut(text: string, size: number): Uint8Array[] {
  const bytes = new TextEncoder().encode(text)
  return Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
    bytes.slice(index * size, (index + 1) * size),
  )
}

describe('jsonLines()', () => {
  test('comes out as it went in, however it is cut', async () => {
    const rows = fc.array(fc.dictionary(fc.string(), fc.oneof(fc.string({ unit: 'grapheme' }), fc.integer())))
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 50 }), async (given, size) => {
        const text = given.map((row) => `${JSON.stringify(row)}\r\n`).join('\n')
        expect(await all(jsonLines(cut(text, size)))).toEqual(JSON.parse(JSON.stringify(given)))
      }),
      { numRuns: 50 },
    )
  })

  test('goes on after a line that is no JSON, and needs no end of line', async () => {
    expect(await all(jsonLines(['{"a":1}\n{broken\n', '{"b":2}']))).toEqual([{ a: 1 }, undefined, { b: 2 }])
  })

  test('refuses a line that is too long in the middle of a piece', async () => {
    const text = `{"a":1}\n"${'x'.repeat(1_000_000)}"\n`
    await expect(all(jsonLines([text]))).rejects.toThrow('jsonLines: a line is longer than 1000000 characters')
  })

  test('refuses a line without end whose pieces are small, in time that grows with its length', async () => {
    function* endless(): Iterable<Uint8Array> {
      for (;;) yield Uint8Array.of(120, 120, 120, 120)
    }
    await expect(all(jsonLines(endless()))).rejects.toThrow('jsonLines: a line is longer than 1000000 characters')
  }, 30_000)

  test('refuses a line that is too long, also between others and in a list', async () => {
    const long = `"${'x'.repeat(1_000_000)}"`
    for (const text of [`{"a":1}\n${long}\n{"a":2}\n`, `[${long}]`]) {
      await expect(all(jsonLines([text]))).rejects.toThrow('jsonLines: a line is longer than 1000000 characters')
    }
  })

  test('refuses a line without end', async () => {
    function* endless(): Iterable<string> {
      for (;;) yield 'x'.repeat(100_000)
    }
    await expect(all(jsonLines(endless()))).rejects.toThrow('jsonLines: a line is longer than 1000000 characters')
  })
})

describe('text in another encoding', () => {
  const lines = '{"a":"ü"}\r\n{"a":"2"}\n'
  const csv = 'a\r\nü\n2\n'
  const list = '[{"a":"ü"},\n{"a":"2"}]'
  const wanted = [{ a: 'ü' }, { a: '2' }]
  const utf16 = (text: string, isBig = false): Uint8Array => {
    const bytes = Buffer.from(text, 'utf16le')
    return isBig ? bytes.swap16() : bytes
  }
  const single = (bytes: Uint8Array): Uint8Array[] => Array.from(bytes, (byte) => Uint8Array.of(byte))
  const read = (kind: string, pieces: Pieces): Promise<unknown[]> =>
    all(kind === 'csv' ? csvRows(pieces) : jsonLines(pieces))

  test.each([
    ['lines', lines],
    ['a list', list],
    ['csv', csv],
  ])('%s: a byte order mark, UTF-16 and any cut lose no row', async (kind, text) => {
    const marked = `\ufeff${text}`
    const whole: Pieces[] = [
      [text],
      [marked],
      ['\ufeff', text],
      marked,
      [new TextEncoder().encode(marked)],
      [utf16(marked)],
      [utf16(marked, true)],
      [utf16(text)],
      [utf16(text, true)],
    ]
    for (const pieces of whole) expect(await read(kind, pieces)).toEqual(wanted)
    for (const bytes of [text, marked].flatMap((each) => [Buffer.from(each), utf16(each), utf16(each, true)])) {
      expect(await read(kind, single(bytes))).toEqual(wanted)
    }
  })

  test('lines of joined files keep the first row of each, and lines may end in a carriage return alone', async () => {
    expect(await read('lines', [`\ufeff${lines}\ufeff${lines}`])).toEqual([...wanted, ...wanted])
    expect(await read('lines', [lines.replaceAll(/\r?\n/g, '\r')])).toEqual(wanted)
  })

  test('is refused where a character would be lost', async () => {
    for (const bytes of [Buffer.from('{"a":"ü"}', 'latin1'), Buffer.from('{"a":"ü"}').subarray(0, 7)]) {
      for (const kind of ['lines', 'csv']) {
        await expect(read(kind, [bytes])).rejects.toThrow(/Rows|Lines: the text is neither UTF-8 nor UTF-16/)
      }
    }
  })
})

describe('a JSON list', () => {
  test('comes out as it went in, however it is cut', async () => {
    const rows = fc.array(fc.dictionary(fc.string(), fc.jsonValue()))
    await fc.assert(
      fc.asyncProperty(rows, fc.integer({ min: 1, max: 50 }), fc.boolean(), async (given, size, isPretty) => {
        const text = JSON.stringify(given, undefined, isPretty ? 2 : undefined)
        expect(await all(jsonLines(cut(` \n${text}\n`, size)))).toEqual(JSON.parse(text))
      }),
      { numRuns: 50 },
    )
  })

  test('that does not end, or goes on behind its end, is refused after its rows', async () => {
    for (const [text, message] of [
      ['[{"a":1},{"b":2', 'the list does not end'],
      ['[{"a":1},', 'the list does not end'],
      ['[{"a":1}] {"a":2}', 'something stands behind the list'],
      ['[{"a":1}]]', 'something stands behind the list'],
    ] as const) {
      const rows = jsonLines([text])
      expect(await rows.next()).toEqual({ done: false, value: { a: 1 } })
      await expect(all(rows)).rejects.toThrow(`jsonLines: ${message}`)
    }
  })
})

test('a row with two members of one name is no row, since one of them would be lost', async () => {
  const text = '{"a":1,"a":2}\n{"b":{"a":1,"\\u0061":2}}\n{"a":["a","a",{"a":1}],"b":{"a":1}}\n'
  expect(await all(jsonLines([text]))).toEqual([undefined, undefined, { a: ['a', 'a', { a: 1 }], b: { a: 1 } }])
})

test('a long line in many pieces costs as much as in one', async () => {
  function* letters(): Iterable<string> {
    yield '"'
    for (let index = 0; index < 200_000; index++) yield 'x'
    yield '"'
  }
  expect(await all(jsonLines(letters()))).toEqual(['x'.repeat(200_000)])
})

describe('csvRows()', () => {
  test('refuses two columns of one name, and reads every other name', async () => {
    await expect(all(csvRows(['id,expires, expires \n1,2020-01-01,\n']))).rejects.toThrow(
      'two columns have the same name',
    )
    const [row] = await all(csvRows([' id ,__proto__,,\n1,2,3,\n']))
    expect(Object.entries(row ?? {})).toEqual([
      ['id', '1'],
      ['__proto__', '2'],
      ['column 3', '3'],
    ])
  })

  test('refuses a record with more or fewer values than columns, and one that is too long', async () => {
    for (const text of ['id,revoked\n1\n', 'id,revoked\n1,no,yes\n']) {
      await expect(all(csvRows([text]))).rejects.toThrow(/line 2 cannot be read \(CSV_RECORD_INCONSISTENT_/)
    }
    await expect(all(csvRows([`id\n${'x'.repeat(1_100_000)}\n`]))).rejects.toThrow('CSV_MAX_RECORD_SIZE')
  })

  const read = (text: string, options?: { separator?: string }): Promise<unknown[]> =>
    all(csvRows(cut(text, 7), options))

  test('reads quotes, line breaks, a byte order mark and other separators', async () => {
    const text = '\ufeffid,meta\r\n1,"{""a"":""x, y""}"\r\n\r\n2,"two\nlines"\r\n'
    expect(await read(text)).toEqual([
      { id: '1', meta: '{"a":"x, y"}' },
      { id: '2', meta: 'two\nlines' },
    ])
    expect(await read('id;meta\n1;ü\n', { separator: ';' })).toEqual([{ id: '1', meta: 'ü' }])
    await expect(read('', { separator: '' })).rejects.toThrow(TypeError)
  })

  test('says where a file cannot be read, and not what stands there', async () => {
    const secret = 'sk_live_secret'
    for (const text of [`id,key\n1,${secret}"x"\n`, `id,key\n1,${secret},2\n`, `id,key\n1,"${secret}`]) {
      const error = await read(text).then(String, String)
      expect(error).toMatch(/^Error: csvRows: line \d+ cannot be read \([A-Z_]+\)$/)
      expect(error).not.toContain(secret)
    }
  })

  test('hands on what its source throws', async () => {
    async function* failing(): Pieces {
      yield 'id\n1\n'
      throw new RangeError('disk')
    }
    await expect(all(csvRows(failing()))).rejects.toThrow(RangeError)
  })
})

describe('tableRows()', () => {
  const table = Array.from({ length: 25 }, (_, index) => ({ id: index * 3, name: `row ${index}` }))

  test('reads every row once, page by page in the order of the key', async () => {
    for (const pageSize of [1, 4, 5, 25, 100]) {
      const asked: string[] = []
      const query = async (statement: string, [after = -1]: readonly unknown[]) => {
        asked.push(statement)
        return table.filter(({ id }) => id > Number(after)).slice(0, pageSize)
      }
      expect(await all(tableRows({ query, database: 'sqlite', table: 'keys', pageSize }))).toEqual(table)
      expect(asked[0]).toBe(`select * from "keys" order by "id" limit ${pageSize}`)
      if (pageSize < 25) expect(asked[1]).toBe(`select * from "keys" where "id" > ? order by "id" limit ${pageSize}`)
    }
  })

  test('speaks as each database does', async () => {
    const asked: string[] = []
    const query = async (statement: string) => {
      asked.push(statement)
      return asked.length % 2 === 1 ? [{ prefix: 'a' }] : []
    }
    await all(tableRows({ query, database: 'mysql', ...TABLES.drf, pageSize: 1 }))
    await all(tableRows({ query, database: 'postgres', table: 'app.keys', key: 'prefix', pageSize: 1 }))
    expect(asked[1]).toBe('select * from `rest_framework_api_key_apikey` where `prefix` > ? order by `prefix` limit 1')
    expect(asked[3]).toBe('select * from "app"."keys" where "prefix" > $1 order by "prefix" limit 1')
  })

  test('takes no names that are none', async () => {
    const query = async () => [{ other: 1 }]
    const base = { query, database: 'sqlite', table: 'keys' } as const
    for (const [options, message] of [
      [{ ...base, table: 'keys; drop table keys' }, 'option `table`'],
      [{ ...base, key: '"' }, 'option `key`'],
      [{ ...base, database: 'oracle' }, 'option `database`'],
      [{ ...base, pageSize: 0 }, 'option `pageSize`'],
      [{ ...base, query: 7 }, 'option `query`'],
      [{ ...base, pageSize: 1 }, 'no column of the name `key`'],
    ] as const) {
      await expect(all(tableRows(options as never)), message).rejects.toThrow(message)
    }
  })
})
