"""Styled text that names keys, with the keys as a person has set them."""

from textual.content import Content, Span

from screens.worn_words import WornWords


def worn(content: Content, words: WornWords) -> Content:
    """`content` with the keys of the person; a key keeps the style of the one in whose place it stands."""
    for start, end, label in reversed(words.found_in(content.plain)):
        styles = [Span(0, len(label), span.style) for span in content[start:end].spans]
        content = Content.assemble(content[:start], Content(label, styles), content[end:])
    return content
