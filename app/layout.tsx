import type { Metadata, Viewport } from 'next'
import type { ReactNode } from 'react'
import { OutsideAdmin } from '@/components/outside-admin'
import { shop } from '@/components/shop'
import { SiteFooter } from '@/components/site-footer'
import { SiteHeader } from '@/components/site-header'
import { publicUrl } from '@/lib/env'
import './globals.css'

export const metadata: Metadata = {
  metadataBase: new URL(publicUrl()),
  title: { default: `${shop.name}: numbered drops, sold fairly`, template: `%s · ${shop.name}` },
  description: shop.promise,
  applicationName: shop.name,
  openGraph: {
    type: 'website',
    siteName: shop.name,
    images: [{ url: '/images/og.png', width: 1200, height: 630, alt: `${shop.name}: ${shop.promise}` }],
  },
  twitter: { card: 'summary_large_image' },
}

export const viewport: Viewport = {
  themeColor: [
    { media: '(prefers-color-scheme: light)', color: '#f3f4ee' },
    { media: '(prefers-color-scheme: dark)', color: '#0e1512' },
  ],
}

/** What all pages share. Reads nothing of the request, so that pages stay static and a CDN can keep them. */
export default function RootLayout({ children }: { children: ReactNode }) {
  return (
    <html lang="en">
      <body className="flex flex-col font-sans antialiased">
        <a
          href="#main"
          className="sr-only focus:not-sr-only focus:absolute focus:inset-s-4 focus:top-2 focus:z-10 focus:rounded-xl focus:bg-tag focus:px-5 focus:py-3 focus:font-semibold focus:text-stamp"
        >
          Skip to the content
        </a>
        <OutsideAdmin>
          <SiteHeader />
        </OutsideAdmin>
        <main id="main" tabIndex={-1} className="grow outline-none">
          {children}
        </main>
        <OutsideAdmin>
          <SiteFooter />
        </OutsideAdmin>
      </body>
    </html>
  )
}
