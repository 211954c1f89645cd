# ruleid: xml-not-defused
from xml.etree import ElementTree

# ok: xml-not-defused
from defusedxml import ElementTree as Safe
