import pickle
import time
from pathlib import Path
from threading import Thread

import pytest

from annotators.captioners.chat.answer import Answer
from annotators.captioners.chat.served import ANSWERS, LEDGER, ServedChat
from schemas.errors import LockedError, ServerError, StorageError
from tests.annotators.captioners.chat.builders import make_request, make_settings
from tests.annotators.captioners.chat.server import ChatServer, chat_server, said


def test_nothing_is_written_before_somebody_asks(tmp_path: Path) -> None:
    with ServedChat(make_settings(), tmp_path / "answers") as chat:
        assert chat.summary() is None
    assert list(tmp_path.iterdir()) == []


def test_answers_outlive_it_and_are_for_their_owner_alone(tmp_path: Path) -> None:
    with chat_server(said("fine")) as server:
        for asked in (1, 1):
            with ServedChat(make_settings(server.url), tmp_path / "answers") as chat:
                (answer,) = chat.ask([make_request()])
                assert isinstance(answer, Answer)
                assert chat.summary() is not None
            assert server.asked.total() == asked
    modes = {path.name: path.stat().st_mode & 0o777 for path in (tmp_path / "answers").iterdir()}
    assert modes == {LEDGER: 0o600, ANSWERS: 0o600}
    assert (tmp_path / "answers").stat().st_mode & 0o777 == 0o700


def test_threads_share_one_ledger(tmp_path: Path) -> None:
    with (
        chat_server(lambda text, _: said(text, delay_s=0.01)) as server,
        ServedChat(make_settings(server.url), tmp_path) as chat,
    ):
        lots = [[make_request(f"{lot} {i}") for i in range(10)] for lot in range(4)]
        threads = [Thread(target=chat.ask, args=(lot,)) for lot in lots]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        summary = chat.summary()
    assert summary is not None
    assert summary["run"]["answered"] == server.asked.total() == 40
    assert len((tmp_path / LEDGER).read_text().splitlines()) == 40


def test_what_another_thread_asked_is_stored_when_a_run_has_to_end(tmp_path: Path) -> None:
    requests = [make_request("first"), make_request("second")]

    def end_while_another_asks(server: ChatServer) -> None:
        with ServedChat(make_settings(server.url), tmp_path) as chat:
            Thread(target=chat.ask, args=(requests,), daemon=True).start()
            while server.asked.total() < 2:
                time.sleep(0.001)
            raise ServerError("another part may not go on")

    with chat_server(lambda text, _: said(text, delay_s=0.3)) as server:
        with pytest.raises(ServerError):
            end_while_another_asks(server)
        with ServedChat(make_settings(server.url), tmp_path) as chat:
            assert all(isinstance(answer, Answer) for answer in chat.ask(requests))
        assert server.asked.total() == 2


def test_a_second_asker_is_refused(tmp_path: Path) -> None:
    with chat_server(said()) as server, ServedChat(make_settings(server.url), tmp_path) as first:
        first.ask([make_request()])
        with ServedChat(make_settings(server.url), tmp_path) as second, pytest.raises(LockedError):
            second.ask([make_request()])


def test_a_folder_that_cannot_be_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with ServedChat(make_settings(), tmp_path / "file" / "answers") as chat, pytest.raises(StorageError):
        chat.ask([make_request()])


def test_it_goes_to_another_process_as_if_nobody_had_asked(tmp_path: Path) -> None:
    with chat_server(said()) as server, ServedChat(make_settings(server.url), tmp_path) as chat:
        chat.ask([make_request()])
        assert pickle.loads(pickle.dumps(chat)).summary() is None
