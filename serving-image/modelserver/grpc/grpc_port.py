"""How is the second port opened and closed?"""

from __future__ import annotations

import grpc.aio

from modelserver.grpc.grpc_api import GrpcApi
from modelserver.settings import Limits

_FINISH_SECONDS = 10.0
_STREAMS = 256
_MORE_CALLS = 64


class GrpcPort:
    """One listening port for gRPC without TLS, as the HTTP port has none."""

    def __init__(self, api: GrpcApi, limits: Limits, drain_seconds: float) -> None:
        self._server = grpc.aio.server(
            options=_options(limits, connection_age(drain_seconds)),
            # Our own limit answers better; this one is for calls that have not sent all yet.
            maximum_concurrent_rpcs=2 * limits.concurrency + _MORE_CALLS,
        )
        self._server.add_generic_rpc_handlers(api.handlers())

    async def open(self, host: str, port: int) -> int:
        """Calls are accepted; returns the port. Raises OSError when it is taken."""
        try:
            number: int = self._server.add_insecure_port(_address(host, port))
        except RuntimeError as fault:
            raise OSError(f"the gRPC port {port} cannot be opened: {fault}") from None
        await self._server.start()
        return number

    async def close(self, max_seconds: float = _FINISH_SECONDS) -> None:
        """Connections are told to go, nothing new is accepted; calls end or their time is over."""
        await self._server.stop(max_seconds)


def connection_age(drain_seconds: float) -> float:
    """After how many seconds a connection is told to go: half of the drain time, at least one.

    The end of this server cancels calls that arrive at that very moment, but the end of a
    connection does not: what came before it is answered, and what comes later goes to a new one.
    So within the drain time every connection has ended once, and its client has found another
    server, because routers send new connections elsewhere.
    """
    return min(600.0, max(1.0, drain_seconds / 2))


def _options(limits: Limits, age_seconds: float) -> list[tuple[str, int]]:
    """Bounds on what one connection may do. Times in milliseconds."""
    return [
        ("grpc.max_receive_message_length", limits.body_bytes),
        ("grpc.max_metadata_size", limits.header_bytes),
        ("grpc.max_concurrent_streams", _STREAMS),
        ("grpc.max_connection_age_ms", int(age_seconds * 1000)),
        ("grpc.max_connection_idle_ms", int(limits.idle_seconds * 1000)),
        # Connections whose other end is silently gone are found and dropped.
        ("grpc.keepalive_time_ms", 60_000),
        ("grpc.keepalive_timeout_ms", 20_000),
        # Clients may ping as the usual keep-alive settings make them, not more often.
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.min_ping_interval_without_data_ms", 10_000),
        # As over HTTP: what is small compressed and large unpacked is not taken.
        ("grpc.compression_enabled_algorithms_bitset", 1),
        # A port that is taken is an error, not a second owner.
        ("grpc.so_reuseport", 0),
    ]


def _address(host: str, port: int) -> str:
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
