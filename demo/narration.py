"""How the story is told in a terminal."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from rich.console import Console
from rich.panel import Panel
from rich.syntax import Syntax


@dataclass(slots=True)
class Narrator:
    """Prints acts, what was applied, what was decided and why, and the command that shows it."""

    console: Console
    begun: float = field(default_factory=time.monotonic)

    def title(self, text: str) -> None:
        """Open the story or a part of it."""
        self.console.print(Panel(text, style="bold", expand=False))

    def act(self, letter: str, text: str) -> None:
        """Open an act."""
        self.console.print()
        self.console.rule(f"[bold]({letter}) {text}[/bold]  [dim]{self.elapsed()}[/dim]")

    def say(self, text: str) -> None:
        """Tell what happens."""
        self.console.print(f"  {text}", highlight=False)

    def applied(self, text: str, language: str = "yaml") -> None:
        """Show what was given to the cluster."""
        self.console.print(Syntax(text.rstrip(), language, theme="ansi_dark", padding=(0, 4)))

    def decided(self, lines: list[str]) -> None:
        """Show what the operator decided, in its own words."""
        for line in lines:
            self.console.print(f"    [cyan]operator[/cyan] {line}", highlight=False)

    def look(self, command: str) -> None:
        """Name the command that shows the same."""
        self.console.print(f"    [green]see[/green]      {command}", highlight=False)

    def proved(self, text: str) -> None:
        """State what the act has shown."""
        self.console.print(f"  [bold green]✓[/bold green] {text}", highlight=False)

    def elapsed(self) -> str:
        """Return the time since the story began."""
        seconds = int(time.monotonic() - self.begun)
        return f"{seconds // 60}:{seconds % 60:02d}"
