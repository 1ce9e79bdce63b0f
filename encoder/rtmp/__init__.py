"""Publishing over RTMP and RTMPS: the client's side of the protocol, and nothing but publishing.

Ours, because an output must time out, must say why it was refused and must never hold the interpreter while
it connects; a muxer's built-in client does none of these.
"""
