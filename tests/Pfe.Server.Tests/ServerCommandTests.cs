using Pfe.Client;
using Pfe.Server.Hosting;
using Pfe.Server.Settings;
using Pfe.Server.Tests.Support;
using Pfe.TestSupport;

namespace Pfe.Server.Tests;

public sealed class ServerCommandTests
{
    private static async Task<(int Code, string Output, string Error)> RunAsync(params string[] args)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var code = await ServerCommand.RunAsync(args, output, error, TestContext.Current.CancellationToken);
        return (code, output.ToString(), error.ToString());
    }

    [Theory]
    [InlineData("--port 1", "there is no option '--port'")]
    [InlineData("--listen", "--listen needs a value")]
    [InlineData("--listen nonsense", "not 'nonsense'")]
    [InlineData("--queue -1", "at least 0, not '-1'")]
    [InlineData("dance", "there is no command 'dance'")]
    [InlineData("--device gpu", "--device: ")]
    [InlineData("key", "key needs a name")]
    [InlineData("--node-port 5", "name it with --cluster")]
    [InlineData("--cluster Host=x --node-port 70000", "at most 65535, not '70000'")]
    [InlineData("--cluster Host=x --node-address home", "--node-address is an IP address, not 'home'")]
    [InlineData("--cluster Host=x --replicas 0", "at least 1")]
    public async Task A_wrong_command_line_is_one_line_and_exit_code_2(string words, string says)
    {
        var (code, output, error) = await RunAsync(words.Split(' '));
        code.ShouldBe(2);
        output.ShouldBeEmpty();
        error.Trim().ShouldStartWith("error: ");
        error.Trim().ShouldNotContain('\n');
        error.ShouldContain(says);
    }

    [Fact]
    public void Where_the_networks_run_comes_from_an_option_and_from_the_environment()
    {
        ServerArguments.Parse(["--device", "cuda:1"], _ => null).Options.Device.ToString().ShouldBe("cuda:1");
        ServerArguments.Parse([], name => name is "PFE_DEVICE" ? "auto" : null).Options.Device.ToString().ShouldBe("auto");
        ServerArguments.Parse([], _ => null).Options.Device.ToString().ShouldBe("cpu");
    }

    [Fact]
    public void How_to_take_part_in_a_cluster_comes_from_options_and_from_the_environment()
    {
        string[] words = ["--cluster", "Host=a", "--node-address", "10.0.0.7", "--shards", "24"];
        var options = ServerArguments.Parse(words, name => name is "PFE_NODE_PORT" ? "12000" : null).Options;
        options.PostgreSql.ShouldBe("Host=a");
        var cluster = options.Cluster.ShouldNotBeNull();
        ($"{cluster.Address}", cluster.Port, cluster.Shards, cluster.Replicas, cluster.Cluster).ShouldBe(("10.0.0.7", 12000, 24, 2, "pfe"));
        ServerArguments.Parse([], name => name is "PFE_CLUSTER" ? "Host=b" : null).Options.Cluster!.Connection.ShouldBe("Host=b");
        ServerArguments.Parse([], _ => null).Options.Cluster.ShouldBeNull();
    }

    [Fact]
    public async Task Health_says_whether_a_service_is_ready()
    {
        await using var service = await TestService.StartAsync();
        (await RunAsync("health", "--listen", service.Address)).Code.ShouldBe(0);
        var address = service.Address;
        await service.Application.StopAsync();
        var (code, _, error) = await RunAsync("health", "--listen", address);
        code.ShouldBe(1);
        error.ShouldContain("no service answers");
    }

    [Fact]
    public async Task A_key_made_beside_a_running_service_works_there()
    {
        await using var service = await TestService.StartAsync();
        var (code, output, _) = await RunAsync("key", "spare", "--data", service.Options.DataFolder);
        code.ShouldBe(0);
        using var client = new PfeClient(new Uri(service.Address), output.Trim());
        (await client.Keys.ListAsync()).Items.ShouldContain(key => key.Name == "spare");
    }

    [Fact]
    public async Task A_backup_taken_while_the_service_runs_restores_people_keys_and_answers()
    {
        using var folder = new TemporaryFolder();
        var backup = folder.File("copy.db");
        Guid gallery;
        string key;
        await using (var service = await TestService.StartAsync())
        {
            key = service.Key;
            gallery = (await service.Client.Galleries.CreateAsync(new GalleryRequest("kept"))).Id;
            await service.Client.Persons(gallery).EnrolAsync([SampleFaces.People[0]], new PersonRequest("a", "Ann"));
            (await RunAsync("backup", backup, "--data", service.Options.DataFolder)).Code.ShouldBe(0);
            (await RunAsync("backup", backup, "--data", service.Options.DataFolder)).Code.ShouldBe(2);
        }
        // As docs/operate.md says: an empty folder, the copy in it as gallery.db.
        File.Move(backup, folder.File("restored", "gallery.db"));
        await using var restored = await ServerApplication.CreateAsync(
            new ServerOptions { DataFolder = Path.Combine(folder.Path, "restored"), Listen = "http://127.0.0.1:0" });
        restored.FirstKey.ShouldBeNull();
        await restored.StartAsync(CancellationToken.None);
        using var client = new PfeClient(new Uri(restored.Address), key);
        var found = await client.Persons(gallery).IdentifyAsync(SampleFaces.Again(0));
        found.Candidates[0].Name.ShouldBe("Ann");
        found.Answer.ShouldBe(IdentityAnswer.Person);
        await restored.StopAsync();
    }
}
