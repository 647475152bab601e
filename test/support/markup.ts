const TAG =
  /<(\/?[a-z][\w:-]*|!\w+|!--)((?:\s+[^\s"'<>/=]+(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>`=]+))?)*)\s*\/?>|<|>/gi
const ATTRIBUTE = /([^\s"'<>/=]+)(?:\s*=\s*(?:"[^"]*"|'[^']*'|[^\s"'<>`=]+))?/g

/**
 * What a page is made of without what it says: its tags and the names of their attributes, in order. A text that stays
 * text changes nothing of this, wherever it stands.
 */
export function skeletonOf(html: string): readonly string[] {
  return [...html.matchAll(TAG)].map(([sign, tag, attributes = '']) => {
    if (tag === undefined) return `stray ${sign}`
    const names = [...attributes.matchAll(ATTRIBUTE)].map(([, name]) => name)
    return [tag.toLowerCase(), ...names].join(' ')
  })
}
