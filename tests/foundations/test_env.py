import pytest

from config.env import Environment, SettingError, of_project


def environment(**values: str) -> Environment:
    return Environment(values)


class TestFlag:
    @pytest.mark.parametrize(("given", "meant"), [("True", True), ("False", False)])
    def test_it_takes_the_two_words(self, given, meant):
        assert environment(DEBUG=given).flag("DEBUG", default=not meant) is meant

    @pytest.mark.parametrize("default", [True, False])
    def test_without_a_value_the_default_holds(self, default):
        assert environment().flag("DEBUG", default=default) is default

    @pytest.mark.parametrize("given", ["true", "yes", "1", "on", "", " True", "TRUE", "0", "no"])
    def test_it_refuses_anything_else(self, given):
        with pytest.raises(SettingError, match="DEBUG must be True or False"):
            environment(DEBUG=given).flag("DEBUG", default=False)


class TestInteger:
    def read(self, given: str) -> int:
        return environment(SEATS=given).integer("SEATS", 5, low=-3, high=1000)

    @pytest.mark.parametrize(("given", "meant"), [("7", 7), ("-3", -3), ("1000", 1000), ("007", 7)])
    def test_it_reads_whole_numbers(self, given, meant):
        assert self.read(given) == meant

    def test_without_a_value_the_default_holds(self):
        assert environment().integer("SEATS", 5, low=1, high=9) == 5

    @pytest.mark.parametrize(
        "given", ["", "ten", "1_0", "1.0", "1e3", " 7", "\uff17", "+7", "9" * 5000]
    )
    def test_it_refuses_what_is_no_whole_number(self, given):
        with pytest.raises(SettingError, match="SEATS must be a whole number"):
            self.read(given)

    @pytest.mark.parametrize("given", ["-4", "1001", "999999999999999999"])
    def test_it_refuses_what_is_out_of_bounds(self, given):
        with pytest.raises(SettingError, match="SEATS must be between -3 and 1000"):
            self.read(given)


class TestText:
    def test_blanks_around_it_do_not_count(self):
        assert environment(NAME=" hall ").text("NAME") == "hall"

    @pytest.mark.parametrize("values", [{}, {"NAME": ""}, {"NAME": "  "}])
    def test_nothing_means_the_default(self, values):
        assert Environment(values).text("NAME", "hall") == "hall"

    def test_a_secret_keeps_its_blanks(self):
        assert environment(PASSWORD=" p ").secret("PASSWORD") == " p "


class TestWords:
    def test_it_splits_at_commas(self):
        assert environment(HOSTS="a, b,[::1]").words("HOSTS") == ["a", "b", "[::1]"]

    def test_nothing_is_an_empty_list(self):
        assert environment(HOSTS="").words("HOSTS", ("a",)) == []

    def test_without_a_value_the_default_holds(self):
        assert environment().words("HOSTS", ("a",)) == ["a"]

    @pytest.mark.parametrize("given", ["a,,b", "a,", ",", ",a"])
    def test_it_refuses_gaps(self, given):
        with pytest.raises(SettingError, match="HOSTS has an empty element"):
            environment(HOSTS=given).words("HOSTS")


class TestRate:
    @pytest.mark.parametrize("given", ["10/min", "1/sec", "20/hour", "5000/day"])
    def test_it_takes_a_number_per_time(self, given):
        assert environment(LIMIT=given).rate("LIMIT", "9/min") == given

    def test_off_is_no_limit(self):
        assert environment(LIMIT="off").rate("LIMIT", "9/min") is None

    def test_without_a_value_the_default_holds(self):
        assert environment().rate("LIMIT", "9/min") == "9/min"

    @pytest.mark.parametrize(
        "given", ["", "0/min", "10", "10/minute ", "10/week", "-1/min", "OFF", "1.5/min", "10 /min"]
    )
    def test_it_refuses_anything_else(self, given):
        with pytest.raises(SettingError, match="LIMIT must be a number per"):
            environment(LIMIT=given).rate("LIMIT", "9/min")


class TestChoice:
    def test_case_does_not_count(self):
        assert environment(MODE="delete").choice("MODE", "WAL", among=("WAL", "DELETE")) == "DELETE"

    @pytest.mark.parametrize("given", ["OFF", "MEMORY", "WAL;DROP TABLE seats"])
    def test_it_refuses_anything_else(self, given):
        with pytest.raises(SettingError, match="MODE must be one of WAL, DELETE"):
            environment(MODE=given).choice("MODE", "WAL", among=("WAL", "DELETE"))


class TestFolder:
    def read(self, given: str) -> str:
        return environment(AT=given).folder("AT", "admin/", taken=("api",))

    @pytest.mark.parametrize("given", ["office", "/office", "office/", "/office/"])
    def test_slashes_around_it_do_not_matter(self, given):
        assert self.read(given) == "office/"

    def test_it_can_be_deep(self):
        assert self.read("back/office-2") == "back/office-2/"

    def test_without_a_value_the_default_holds(self):
        assert environment().folder("AT", "admin/", taken=()) == "admin/"

    @pytest.mark.parametrize("given", ["", "/", "a b", "a//b", "../a", "<str:a>", "a?b", "büro"])
    def test_it_refuses_what_is_no_path(self, given):
        with pytest.raises(SettingError, match="AT must be a path"):
            self.read(given)

    @pytest.mark.parametrize("given", ["api", "api/admin"])
    def test_it_refuses_what_is_taken(self, given):
        with pytest.raises(SettingError, match="AT is the address of something else"):
            self.read(given)


class TestTimeZone:
    def test_it_takes_a_name(self):
        assert environment(TZ="Europe/Berlin").time_zone("TZ", "UTC") == "Europe/Berlin"

    @pytest.mark.parametrize(
        "given", ["", "Berlin", "Europe", "../../etc/passwd", "a\0b", "+02:00"]
    )
    def test_it_refuses_anything_else(self, given):
        with pytest.raises(SettingError, match="TZ must name a time zone"):
            environment(TZ=given).time_zone("TZ", "UTC")


class TestOfProject:
    @pytest.fixture
    def project(self, tmp_path, monkeypatch):
        monkeypatch.delenv("HOLDFAST_ENV_FILE")
        monkeypatch.delenv("CINEMA", raising=False)
        (tmp_path / ".env").write_text("CINEMA=from the file\nOTHER='quoted # text'\nBARE\n")
        return tmp_path

    def test_it_reads_the_file(self, project):
        env = of_project(project)
        assert env.text("CINEMA") == "from the file"
        assert env.text("OTHER") == "quoted # text"
        assert env.text("BARE", "default") == "default"

    def test_the_real_environment_wins(self, project, monkeypatch):
        monkeypatch.setenv("CINEMA", "from outside")
        assert of_project(project).text("CINEMA") == "from outside"

    def test_reading_the_file_leaves_the_real_environment_alone(self, project):
        import os

        of_project(project)
        assert "CINEMA" not in os.environ

    def test_a_missing_file_is_no_matter(self, project):
        (project / ".env").unlink()
        assert of_project(project).text("CINEMA", "default") == "default"

    def test_another_file_can_be_named(self, project, monkeypatch):
        (project / "other").write_text("CINEMA=another")
        monkeypatch.setenv("HOLDFAST_ENV_FILE", str(project / "other"))
        assert of_project(project).text("CINEMA") == "another"

    def test_a_named_file_has_to_be_there(self, project, monkeypatch):
        monkeypatch.setenv("HOLDFAST_ENV_FILE", str(project / "gone"))
        with pytest.raises(SettingError, match="gone, which is not a file"):
            of_project(project)

    def test_an_empty_name_means_no_file(self, project, monkeypatch):
        monkeypatch.setenv("HOLDFAST_ENV_FILE", "")
        assert of_project(project).text("CINEMA") == ""


def test_it_remembers_what_was_asked_for():
    env = environment(A="1")
    env.text("A")
    env.flag("B", default=False)
    assert env.names == {"A", "B"}
