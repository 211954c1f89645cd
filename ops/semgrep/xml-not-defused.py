# ruleid: xml-not-defused
from xml.etree import ElementTree

# ruleid: xml-not-defused
from xml.etree.ElementTree import Element, fromstring

# ok: xml-not-defused
from xml.etree.ElementTree import Element, ParseError

# ok: xml-not-defused
from xml.sax.saxutils import escape

# ok: xml-not-defused
from defusedxml import ElementTree as Safe
