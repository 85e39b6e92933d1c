import Image from 'next/image'

type Props = {
  src: string
  alt: string
  /** The first large picture of a page: read before everything else. */
  eager?: boolean
  className?: string
}

/** A picture of a product in the box that its parent gives it. Not resized by the server: drawings scale by themselves. */
export function ProductImage({ src, alt, eager = false, className = '' }: Props) {
  return (
    <Image
      src={src}
      alt={alt}
      width={800}
      height={800}
      preload={eager}
      className={`bg-sunk object-cover ${className}`}
    />
  )
}
