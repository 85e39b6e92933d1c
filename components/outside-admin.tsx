'use client'

import { useSelectedLayoutSegment } from 'next/navigation'
import type { ReactNode } from 'react'

/** What frames the shop's own pages: the admin has its own. Known when a page is built, so that it stays static. */
export function OutsideAdmin({ children }: { children: ReactNode }) {
  return useSelectedLayoutSegment() === 'admin' ? null : children
}
