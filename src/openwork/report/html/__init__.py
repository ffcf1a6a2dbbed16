"""Parts as HTML: one self-contained page or a fragment, figures as SVG."""
