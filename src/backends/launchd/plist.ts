export type Value = boolean | number | string | readonly string[] | {readonly [name: string]: Value}

/** What no XML 1.0 document can hold (§2.2), not even as a character reference. */
// eslint-disable-next-line no-control-regex -- they are what is looked for
export const UNSTORABLE = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/

const ENTITIES: Readonly<Record<string, string>> = {'&': '&amp;', '<': '&lt;', '>': '&gt;', '\r': '&#13;'}

/** A parser makes a line feed of a carriage return, unless it is a reference. */
export const escape = (text: string): string => text.replaceAll(/[&<>\r]/g, (char) => ENTITIES[char]!)

const NAMED: Readonly<Record<string, string>> = {amp: '&', apos: "'", gt: '>', lt: '<', quot: '"'}

/** The text of an element, also as another program wrote it. */
export const unescape = (text: string): string =>
  text.replaceAll(/&(?:#(\d{1,7})|#x([\da-f]{1,6})|(\w+));/gi, (whole, decimal?: string, hex?: string, name?: string) => {
    const point = decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : undefined
    if (point !== undefined) return point <= 0x10_ff_ff ? String.fromCodePoint(point) : whole
    return NAMED[name!] ?? whole
  })

function element(value: Value, indent: string): string {
  if (typeof value === 'boolean') return `${indent}<${value}/>`
  if (typeof value === 'number') return `${indent}<integer>${value}</integer>`
  if (typeof value === 'string') return `${indent}<string>${escape(value)}</string>`
  if (isList(value)) return [`${indent}<array>`, ...value.map((one) => element(one, `${indent}\t`)), `${indent}</array>`].join('\n')
  const pairs = Object.entries(value).flatMap(([name, one]) => [`${indent}\t<key>${escape(name)}</key>`, element(one, `${indent}\t`)])
  return [`${indent}<dict>`, ...pairs, `${indent}</dict>`].join('\n')
}

const isList = (value: Value): value is readonly string[] => Array.isArray(value)

/** A property list as plutil writes it. */
export const document = (value: Value): string =>
  [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    '<plist version="1.0">',
    element(value, ''),
    '</plist>',
    '',
  ].join('\n')
