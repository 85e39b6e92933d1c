/** A binary heap: what has the smallest key comes first, and of equal keys what was put in first. */
export class Heap<T> {
  private readonly keys: number[] = []
  private readonly orders: number[] = []
  private readonly values: T[] = []
  private put = 0

  get size(): number {
    return this.keys.length
  }

  /** The smallest key; Infinity when there is nothing. */
  get least(): number {
    return this.keys[0] ?? Number.POSITIVE_INFINITY
  }

  push(key: number, value: T): void {
    const order = this.put++
    let at = this.keys.length
    this.keys.push(key)
    this.orders.push(order)
    this.values.push(value)
    while (at > 0) {
      const above = (at - 1) >> 1
      if (!this.isBefore(key, order, above)) break
      this.move(above, at)
      at = above
    }
    this.place(at, key, order, value)
  }

  pop(): T | undefined {
    const first = this.values[0]
    const key = this.keys.pop()
    const order = this.orders.pop()
    const value = this.values.pop()
    const size = this.keys.length
    if (size === 0 || key === undefined || order === undefined) return first
    let at = 0
    for (;;) {
      let below = 2 * at + 1
      if (below >= size) break
      const right = below + 1
      if (right < size && this.isBefore(this.keys[right] as number, this.orders[right] as number, below))
        below = right
      if (this.isBefore(key, order, below)) break
      this.move(below, at)
      at = below
    }
    this.place(at, key, order, value as T)
    return first
  }

  private isBefore(key: number, order: number, at: number): boolean {
    const other = this.keys[at] as number
    return key < other || (key === other && order < (this.orders[at] as number))
  }

  private move(from: number, to: number): void {
    this.place(to, this.keys[from] as number, this.orders[from] as number, this.values[from] as T)
  }

  private place(at: number, key: number, order: number, value: T): void {
    this.keys[at] = key
    this.orders[at] = order
    this.values[at] = value
  }
}
