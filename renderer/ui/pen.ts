/** What our pictures are drawn with: a canvas, or what writes SVG. The part of a canvas' context that they need. */
export interface Pen
  extends Pick<
    CanvasRenderingContext2D,
    | 'fillStyle'
    | 'strokeStyle'
    | 'lineWidth'
    | 'lineCap'
    | 'lineJoin'
    | 'globalAlpha'
    | 'font'
    | 'textBaseline'
    | 'save'
    | 'restore'
    | 'translate'
    | 'scale'
    | 'rotate'
    | 'beginPath'
    | 'moveTo'
    | 'lineTo'
    | 'rect'
    | 'arc'
    | 'fillRect'
    | 'setLineDash'
  > {
  setTransform(matrix: DOMMatrix2DInit): void
  roundRect(x: number, y: number, width: number, height: number, radius: number): void
  clip(): void
  fill(path?: Path): void
  stroke(path?: Path): void
  fillText(text: string, x: number, y: number): void
  measureText(
    text: string,
  ): Pick<TextMetrics, 'width' | 'fontBoundingBoxAscent' | 'fontBoundingBoxDescent'>
}

/** As its pen wants it: a canvas does not read the text of a path by itself. */
export type Path = Path2D | string

/** A colour, or what a pen has made of a tile. */
export type Ground = CanvasPattern | string

/** What a picture is made for: its pen's way with colours, tiles and paths. */
export interface Medium {
  /** The value of one of the theme's tokens. */
  token(name: string): string
  readonly font: string
  /** A ground of tiles, so many px wide and high. */
  tile(name: string, size: number, draw: (pen: Pen, size: number) => void): Ground
  path(data: string): Path
}
