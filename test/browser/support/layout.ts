import type { Page } from 'playwright-core'

/** What a person could not read on the page as it is laid out now, one line each; empty where all is well. */
export function layoutFaults(page: Page): Promise<string[]> {
  return page.evaluate(findFaults)
}

/** Runs in the page: no function or value of this file exists there. */
function findFaults(): string[] {
  const dialog = document.querySelector('dialog[open]')
  const root = dialog ?? document.body
  const width = document.documentElement.clientWidth
  const faults = new Set<string>()
  const texts: { node: Text; name: string; rects: DOMRect[] }[] = []

  if (document.documentElement.scrollWidth > width)
    faults.add(`the page is ${document.documentElement.scrollWidth} wide`)
  if (dialog !== null && dialog.scrollWidth > dialog.clientWidth) faults.add(`the dialog is ${dialog.scrollWidth} wide`)
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT)
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    if (node.textContent?.trim() && node.parentElement !== null && isShown(node.parentElement)) look(node as Text)
  }
  for (const select of root.querySelectorAll('select')) lookAtSelect(select)
  lookForOverlaps()
  return [...faults]

  function look(node: Text): void {
    const range = document.createRange()
    range.selectNodeContents(node)
    const rects = [...range.getClientRects()].filter((rect) => rect.width > 0.5 && rect.height > 0.5)
    const parent = node.parentElement as Element
    const name = `“${node.data.trim().slice(0, 40)}” in ${parent.closest('[class]')?.className ?? parent.tagName}`
    texts.push({ node, name, rects })
    for (const rect of rects) {
      if (rect.left < -1 || rect.right > width + 1) faults.add(`outside of the window: ${name}`)
      for (let box: Element | null = parent; box !== null && root.contains(box); box = box.parentElement) {
        if (cuts(box, rect)) faults.add(`cut by ${box.className || box.tagName}: ${name}`)
      }
    }
    const block = blockOf(parent)
    const lines = new Set(rects.map(({ top }) => Math.round(top))).size
    const room = (block.closest('main, dialog') ?? document.body).clientWidth
    if (lines > 3 && block.getBoundingClientRect().width < Math.min(room * 0.4, 150))
      faults.add(`a sliver of ${lines} lines: ${name}`)
  }

  /** An edge of its own, and text beyond it. */
  function cuts(box: Element, rect: DOMRect): boolean {
    const style = getComputedStyle(box)
    if (style.display === 'inline') return false
    const edge = box.getBoundingClientRect()
    const isEdged =
      style.overflowX !== 'visible' || box.matches('button, .button, .badge, .chips li, th, td, dt, dd, pre')
    const isLow = style.overflowY === 'hidden' && (rect.bottom > edge.bottom + 2 || rect.top < edge.top - 2)
    return isLow || (isEdged && (rect.left < edge.left - 1 || rect.right > edge.right + 1))
  }

  /** What can be chosen must be legible when it is chosen. */
  function lookAtSelect(select: HTMLSelectElement): void {
    const whole = select.cloneNode(true) as HTMLSelectElement
    whole.style.width = 'max-content'
    whole.style.position = 'absolute'
    select.after(whole)
    const needs = whole.offsetWidth
    whole.remove()
    if (needs > select.offsetWidth + 1)
      faults.add(`cut: the select ${select.name} needs ${needs}, has ${select.offsetWidth}`)
  }

  function lookForOverlaps(): void {
    const all = texts.flatMap(({ name, rects }, owner) => rects.map((rect) => ({ name, rect, owner })))
    for (const [at, one] of all.entries()) {
      for (const other of all.slice(at + 1)) {
        if (one.owner === other.owner) continue
        const across = Math.min(one.rect.right, other.rect.right) - Math.max(one.rect.left, other.rect.left)
        const down = Math.min(one.rect.bottom, other.rect.bottom) - Math.max(one.rect.top, other.rect.top)
        if (across > 2 && down > one.rect.height * 0.4) faults.add(`one over the other: ${one.name}, ${other.name}`)
      }
    }
  }

  function blockOf(element: Element): Element {
    let block = element
    while (getComputedStyle(block).display.startsWith('inline') && block.parentElement !== null)
      block = block.parentElement
    return block
  }

  /** Drawn, and not for screen readers alone. */
  function isShown(element: Element): boolean {
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true })) return false
    if (element.closest('.skip, svg, option') !== null) return false
    for (let box: Element | null = element; box !== null; box = box.parentElement) {
      if (getComputedStyle(box).clipPath.startsWith('inset(50%')) return false
    }
    return true
  }
}
