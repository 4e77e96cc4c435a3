"""What the business is: cases, whistles, clocks and the rules that judge acts upon them.

Pure: standard library and msgspec only. No Qt, no SQL, no files, no network, and no reading of any
clock: whoever calls brings the instant.
"""
