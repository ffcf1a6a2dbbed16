// What reaches beyond the window and cannot be scrolled to inside a box of its own.
() => {
  const boxes = ".ow-scroll, .ow-command, .page-skip, .live-many, .live-scrolled";
  return [...document.querySelectorAll("body *")]
    .filter((element) => !element.closest(boxes) || element.matches(boxes))
    .filter((element) => !element.matches(".page-skip"))
    .filter((element) => {
      const { left, right, width } = element.getBoundingClientRect();
      return width > 0 && (left < -0.5 || right > window.innerWidth + 0.5);
    })
    .map((element) => `${element.tagName} ${element.getAttribute("class")}`);
}
