namespace Pfe.Cli.Tests;

public sealed class ReferenceArgumentsTests
{
    [Theory]
    [InlineData("align/align_dataset.py list.txt out --prefix P --transpose_input --image_size 96 112",
        "align P --landmarks list.txt --output out --prefix P --transpose-input --image-size 96 112")]
    [InlineData("align list.txt out --prefix P --transpose-input",
        "align P --landmarks list.txt --output out --prefix P --transpose-input --image-size 112 112")]
    [InlineData("align list.txt --prefix P --transpose-input --output out",
        "align P --landmarks list.txt --prefix P --transpose-input --output out --image-size 112 112")]
    [InlineData("align list.txt out --dir_depth 3 --scale=0.9",
        "align . --landmarks list.txt --output out --dir-depth 3 --scale 0.9 --prefix . --image-size 112 112")]
    [InlineData("align list.txt out --visualize",
        "align . --landmarks list.txt --output out --prefix . --visualize out.png --image-size 112 112")]
    [InlineData("align/crop_ijba.py meta.csv images out/", "crop-ijba meta.csv images --output out/")]
    [InlineData("crop-ijba meta.csv images out", "crop-ijba meta.csv images --output out")]
    [InlineData("train.py config/sphere64_casia.py", "train config/sphere64_casia.py")]
    [InlineData("evaluation/eval_lfw.py --model_dir M --dataset_path D",
        "eval lfw --pairs ./proto/lfw_pairs.txt --images D --aligned --model M")]
    [InlineData("eval lfw --model-dir M --dataset-path D --protocol_path p.txt --batch_size 64",
        "eval lfw --pairs p.txt --images D --aligned --model M")]
    [InlineData("evaluation/eval_ijb.py --model_dir M --dataset_path D", "eval ijba --protocol proto/IJB-A --images D --aligned --model M")]
    [InlineData("evaluation/eval_ijb.py --protocol ijbc --model_dir M --dataset_path D --protocol_path P",
        "eval ijbc --protocol P --images D --aligned --model M")]
    public void A_command_of_the_reference_becomes_Pfes_own(string given, string own) =>
        ReferenceArguments.Rewrite(given.Split(' '), file => file == "list.txt").ShouldBe(own.Split(' '));

    [Theory]
    [InlineData("align photos --output aligned --visualize look.png")]
    [InlineData("align photos.txt --output aligned")]
    [InlineData("align lfw --landmarks list.txt --transpose-input --output aligned")]
    [InlineData("crop-ijba meta.csv images --output crops")]
    [InlineData("eval lfw --pairs pairs.txt --features lfw.safetensors")]
    [InlineData("eval ijba --protocol IJB-A_11_sets --features ijba.safetensors")]
    [InlineData("--help")]
    [InlineData("train configs/default.json --data faces")]
    public void A_command_in_Pfes_own_form_stays_as_it_is(string given) =>
        ReferenceArguments.Rewrite(given.Split(' '), file => file == "list.txt").ShouldBe(given.Split(' '));

    [Fact]
    public void Nothing_at_all_stays_nothing() => ReferenceArguments.Rewrite([], _ => true).ShouldBeEmpty();
}
