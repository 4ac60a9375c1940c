/** JSON of somebody else: nothing of it is as it should be until it was looked at. */
export type Unknown = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is Unknown => typeof value === 'object' && value !== null && !Array.isArray(value)
export const objectAt = (value: unknown, key: string): Unknown => (isObject(value) && isObject(value[key]) ? value[key] : {})
export const listAt = (value: unknown, key: string): readonly unknown[] => {
  const found = isObject(value) ? value[key] : undefined
  return Array.isArray(found) ? found : []
}
